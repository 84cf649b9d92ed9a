// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.cold;

import io.natspersist.protocol.StreamName;
import io.natspersist.worker.cold.ColdTier.Copy;
import io.natspersist.worker.file.StreamFile.EpochStart;
import io.natspersist.worker.file.Tombstone;
import io.natspersist.worker.file.Tombstone.UsedId;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A head as bytes. Persisted: nothing here ever moves.
 *
 * <pre>
 * head       8  "PERSISTH"
 *            n  format, 1; 2 where a tombstone follows the versions, of which there are none
 *            stream's name as text; n epoch; 8 token; n last pack's number
 *            n  how many packs; for each: its name, n bytes
 *            n  how many versions, the newest first; for each: n epoch, n change, n at, n bytes, n chunk's bytes, 16 root,
 *               and its chunks
 *            the tombstone: n how many owners, for each: n epoch, n its first change; n change, n last seq, n at; n how many message
 *            ids, for each: text, n change, n seq, n at
 *           16  hash of everything before
 * chunks     of the newest: all of them. Of the others: n how many differ from those of the version before in this list; for each:
 *            n  how many indexes lie between it and the one before, and the chunk
 * chunk      n  which pack, from 0; n how far from the end of the chunk of this pack written last, in zigzag; n stored bytes; 16 hash
 * name       n epoch, n change, 8 token, n number
 * text       n  length, and so many bytes of UTF-8
 * n          a number of 1 to 9 bytes, see {@link Encoder}
 * </pre>
 */
final class HeadCodec {

    private static final long MAGIC = 0x5045525349535448L;
    private static final int FORMAT = 1;
    private static final int FORMAT_BURIED = 2;

    /** More than one of a file of 200 GB has. */
    static final long MAX_BYTES = 64L << 20;

    private static final int LEAST_PACK = 12;
    private static final int LEAST_CHUNK = 3 + Hash.BYTES;
    private static final int LEAST_VERSION = 5 + Hash.BYTES;

    private HeadCodec() {}

    /** Another version of this program wrote it. */
    static final class UnknownFormat extends Exception {
        private static final long serialVersionUID = 1;

        UnknownFormat(long format) {
            super("format " + format + ", and this reads formats up to " + FORMAT_BURIED);
        }
    }

    static ByteBuffer write(Head head) {
        Encoder to = new Encoder(head.newest().map(newest -> newest.chunks().size() * 22).orElse(0) + 1024);
        to.int64(MAGIC).number(head.buried() == null ? FORMAT : FORMAT_BURIED).text(head.stream().value())
                .number(head.epoch()).int64(head.token())
                .number(head.lastPack());
        Map<Pack, Integer> packs = new HashMap<>();
        to.number(head.packs().size());
        for (Pack pack : head.packs()) {
            packs.put(pack, packs.size());
            pack.name().write(to);
            to.number(pack.bytes());
        }
        Ends ends = new Ends(packs.size());
        to.number(head.versions().size());
        @Nullable
        List<Chunk> before = null;
        for (Version version : head.versions().reversed()) {
            Copy copy = version.copy();
            to.number(copy.epoch()).number(copy.change()).number(copy.at()).number(copy.bytes())
                    .number(version.chunkBytes()).hash(version.root());
            if (before == null) {
                version.chunks().forEach(chunk -> write(chunk, packs, ends, to));
            } else {
                writeDifferent(version.chunks(), before, packs, ends, to);
            }
            before = version.chunks();
        }
        if (head.buried() != null) {
            write(head.buried(), to);
        }
        to.hash(to.hashFrom(0));
        return to.bytes();
    }

    private static void write(Tombstone buried, Encoder to) {
        to.number(buried.epochs().size());
        buried.epochs().forEach(owner -> to.number(owner.epoch()).number(owner.firstChange()));
        to.number(buried.change()).number(buried.lastSeq()).number(buried.at()).number(buried.ids().size());
        buried.ids().forEach(id -> to.text(id.id()).number(id.change()).number(id.seq()).number(id.at()));
    }

    private static Tombstone readBuried(Decoder from) throws BadBytes {
        List<EpochStart> owners = new ArrayList<>();
        for (int left = from.count("owners", 2); left > 0; left--) {
            owners.add(new EpochStart(from.number("owner's epoch"), from.number("owner's first change")));
        }
        long change = from.number("change");
        long lastSeq = from.number("last seq");
        long at = from.number("at");
        List<UsedId> ids = new ArrayList<>();
        for (int left = from.count("message ids", 4); left > 0; left--) {
            ids.add(new UsedId(from.text("message id"), from.number("id's change"), from.number("id's seq"),
                    from.number("id's at")));
        }
        return new Tombstone(owners, change, lastSeq, at, ids);
    }

    /** Whose head it is, where nobody knows that; its hash is not looked at. */
    static StreamName stream(byte[] bytes) throws BadBytes {
        if (bytes.length < Long.BYTES || ByteBuffer.wrap(bytes).getLong() != MAGIC) {
            throw new BadBytes("not the head of a stream's copies");
        }
        Decoder from = new Decoder(ByteBuffer.wrap(bytes, Long.BYTES, bytes.length - Long.BYTES));
        from.number("format");
        return new StreamName(from.text("stream"));
    }

    private static void writeDifferent(List<Chunk> chunks, List<Chunk> before, Map<Pack, Integer> packs, Ends ends,
            Encoder to) {
        List<Integer> different = new ArrayList<>();
        for (int i = 0; i < chunks.size(); i++) {
            if (i >= before.size() || !chunks.get(i).equals(before.get(i))) {
                different.add(i);
            }
        }
        to.number(different.size());
        int next = 0;
        for (int index : different) {
            to.number(index - next);
            write(chunks.get(index), packs, ends, to);
            next = index + 1;
        }
    }

    private static void write(Chunk chunk, Map<Pack, Integer> packs, Ends ends, Encoder to) {
        int pack = packs.getOrDefault(chunk.pack(), -1);
        int distance = chunk.offset() - ends.of[pack];
        to.number(pack).number(Integer.toUnsignedLong((distance << 1) ^ (distance >> 31))).number(chunk.stored())
                .hash(chunk.hash());
        ends.of[pack] = chunk.offset() + chunk.stored();
    }

    static Head read(byte[] bytes, StreamName expected) throws BadBytes, UnknownFormat {
        int end = bytes.length - Hash.BYTES;
        if (end < Long.BYTES || ByteBuffer.wrap(bytes).getLong() != MAGIC) {
            throw new BadBytes("not the head of a stream's copies");
        }
        if (!Hash.of(bytes, 0, end).equals(new Decoder(ByteBuffer.wrap(bytes, end, Hash.BYTES)).hash("hash"))) {
            throw new BadBytes("its hash does not match");
        }
        Decoder from = new Decoder(ByteBuffer.wrap(bytes, Long.BYTES, end - Long.BYTES));
        long format = from.number("format");
        if (format != FORMAT && format != FORMAT_BURIED) {
            throw new UnknownFormat(format);
        }
        String name = from.text("stream");
        if (!name.equals(expected.value())) {
            throw new BadBytes("it is that of stream '" + name + "'");
        }
        long epoch = from.number("epoch");
        long token = from.int64("token");
        long lastPack = from.number("last pack");
        List<Pack> packs = new ArrayList<>();
        for (int left = from.count("packs", LEAST_PACK); left > 0; left--) {
            packs.add(new Pack(PackName.read(from), from.int31("pack's bytes")));
        }
        Ends ends = new Ends(packs.size());
        int count = from.count("versions", LEAST_VERSION);
        List<Version> versions = new ArrayList<>(count);
        List<Chunk> before = List.of();
        for (int i = 0; i < count; i++) {
            Version version = readVersion(from, i == 0, before, packs, ends);
            versions.add(version);
            before = version.chunks();
        }
        if (format == FORMAT_BURIED && count > 0) {
            throw new BadBytes("versions: " + count + " of a stream that was destroyed");
        }
        Tombstone buried = format == FORMAT_BURIED ? readBuried(from) : null;
        from.end("head");
        Collections.reverse(versions);
        return new Head(expected, epoch, token, lastPack, versions, buried);
    }

    private static Version readVersion(Decoder from, boolean newest, List<Chunk> before, List<Pack> packs, Ends ends)
            throws BadBytes {
        Copy copy = new Copy(from.number("epoch"), from.number("change"), from.number("at"), from.number("bytes"));
        int chunkBytes = from.int31("chunk's bytes");
        Hash root = from.hash("root");
        long expected = chunkBytes == 0 ? -1 : Math.ceilDiv(copy.bytes(), (long) chunkBytes);
        if (expected < 0 || expected > MAX_BYTES / LEAST_CHUNK) {
            throw new BadBytes("chunks: " + copy.bytes() + " bytes in chunks of " + chunkBytes);
        }
        int size = (int) expected;
        List<Chunk> chunks = new ArrayList<>(size);
        if (newest) {
            for (int i = 0; i < size; i++) {
                chunks.add(readChunk(from, packs, ends));
            }
        } else {
            int different = from.count("different chunks", 1 + LEAST_CHUNK);
            for (int i = 0; i < different; i++) {
                long index = chunks.size() + from.number("chunk's index");
                copyUpTo(index, size - 1, before, chunks);
                chunks.add(readChunk(from, packs, ends));
            }
            copyUpTo(size, size, before, chunks);
        }
        return new Version(copy, chunkBytes, root, chunks);
    }

    private static void copyUpTo(long index, int most, List<Chunk> before, List<Chunk> chunks) throws BadBytes {
        if (index > most || index < chunks.size()) {
            throw new BadBytes("chunk's index: " + index + " of at most " + most);
        }
        if (index > chunks.size()) {
            if (index > before.size()) {
                throw new BadBytes("chunk's index: " + index + ", and there are " + before.size() + " to differ from");
            }
            chunks.addAll(before.subList(chunks.size(), (int) index));
        }
    }

    private static Chunk readChunk(Decoder from, List<Pack> packs, Ends ends) throws BadBytes {
        int pack = from.int31("chunk's pack");
        if (pack >= packs.size()) {
            throw new BadBytes("chunk's pack: " + pack + " of " + packs.size());
        }
        long zigzag = from.number("chunk's distance");
        long offset = ends.of[pack] + ((zigzag >>> 1) ^ -(zigzag & 1));
        int stored = from.int31("chunk's stored bytes");
        Hash hash = from.hash("chunk's hash");
        if (offset < 0 || offset + stored > packs.get(pack).bytes()) {
            throw new BadBytes("chunk: " + stored + " bytes at " + offset + " of a pack of "
                    + packs.get(pack).bytes());
        }
        ends.of[pack] = (int) offset + stored;
        return new Chunk(hash, packs.get(pack), (int) offset, stored);
    }

    /** For each pack, where the chunk that was written or read last ends. */
    private static final class Ends {
        private final int[] of;

        Ends(int packs) {
            of = new int[packs];
        }
    }
}
