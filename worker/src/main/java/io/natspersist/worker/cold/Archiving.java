// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.cold;

import com.github.luben.zstd.ZstdCompressCtx;
import io.natspersist.protocol.StreamName;
import io.natspersist.worker.cold.ColdTier.Copy;
import io.natspersist.worker.cold.ColdTier.Snapshot;
import io.natspersist.worker.cold.Directory.End;
import io.natspersist.worker.cold.Directory.Entry;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One attempt to store a snapshot: its packs, which nothing refers to until a head does. Reads the snapshot twice, first for the
 * hashes, then what goes into packs; has one pack in memory, and 50 bytes for each chunk.
 */
final class Archiving {
    private final PackStore packs;
    private final StreamName stream;
    private final ColdKeys keys;
    private final Snapshot snapshot;
    private final CopySizes sizes;
    private final Consumer<ColdStep> after;
    private final Copy copy;
    private final long token;
    private final byte[] plain;
    private final List<@Nullable Chunk> chunks;
    private final List<String> uploaded = new ArrayList<>();
    private Set<Pack> left = Set.of();
    private long lastPack;

    /** @param lastPack the highest number that a pack of the stream has */
    Archiving(PackStore packs, StreamName stream, ColdKeys keys, long epoch, long token, long lastPack,
            Snapshot snapshot,
            CopySizes sizes, Consumer<ColdStep> after) {
        this.packs = packs;
        this.stream = stream;
        this.keys = keys;
        this.snapshot = snapshot;
        this.sizes = sizes;
        this.after = after;
        this.token = token;
        this.lastPack = lastPack;
        copy = new Copy(epoch, snapshot.state().change(), snapshot.at(), snapshot.bytes());
        plain = new byte[(int) Math.min(sizes.chunk(), Math.max(copy.bytes(), 1))];
        chunks = new ArrayList<>(Collections.nCopies(Version.count(copy.bytes(), sizes.chunk()), null));
    }

    /**
     * Stores what the version before does not have.
     *
     * @param suspect packs of which nothing is used
     */
    Version store(Optional<Version> before, Set<PackName> suspect) {
        List<Hash> hashes = scan();
        after.accept(ColdStep.SCANNED);
        before.filter(version -> version.chunkBytes() == sizes.chunk())
                .ifPresent(version -> share(hashes, version.chunks(), suspect));
        left = new Compaction(sizes.pack()).leaves(chunks);
        chunks.replaceAll(chunk -> chunk != null && left.contains(chunk.pack()) ? null : chunk);
        upload(hashes);
        return Version.of(copy, sizes.chunk(), chunks.stream().map(Archiving::stored).toList());
    }

    /** The keys of the packs that it stored, or tried to. */
    List<String> uploaded() {
        return uploaded;
    }

    /** Packs with which this version could have shared more than it does. */
    Set<Pack> left() {
        return left;
    }

    long lastPack() {
        return lastPack;
    }

    private List<Hash> scan() {
        List<Hash> hashes = new ArrayList<>(chunks.size());
        for (int i = 0; i < chunks.size(); i++) {
            hashes.add(Hash.of(plain, 0, read(i)));
        }
        return hashes;
    }

    private int read(int index) {
        long position = (long) index * sizes.chunk();
        int length = (int) Math.min(sizes.chunk(), copy.bytes() - position);
        ByteBuffer into = ByteBuffer.wrap(plain, 0, length);
        snapshot.read(position, into);
        if (into.hasRemaining()) {
            throw new IllegalStateException("the snapshot of " + stream + " ends at " + (position + into.position())
                    + ", not at " + copy.bytes());
        }
        return length;
    }

    private void share(List<Hash> hashes, List<Chunk> before, Set<PackName> suspect) {
        for (int i = 0; i < Math.min(chunks.size(), before.size()); i++) {
            Chunk chunk = before.get(i);
            if (chunk.hash().equals(hashes.get(i)) && !suspect.contains(chunk.pack().name())) {
                chunks.set(i, chunk);
            }
        }
    }

    private void upload(List<Hash> hashes) {
        int missing = (int) chunks.stream().filter(chunk -> chunk == null).count();
        try (ZstdCompressCtx zstd = new ZstdCompressCtx()) {
            PackBuilder pack = begin(missing);
            for (int i = 0; i < chunks.size(); i++) {
                if (chunks.get(i) == null) {
                    if (pack.size() >= sizes.pack()) {
                        put(pack, Optional.empty());
                        pack = begin(missing);
                    }
                    int length = read(i);
                    if (!Hash.of(plain, 0, length).equals(hashes.get(i))) {
                        throw new IllegalStateException("the snapshot of " + stream + " changed at byte "
                                + (long) i * sizes.chunk());
                    }
                    pack.add(i, hashes.get(i), plain, length, zstd);
                    missing--;
                }
            }
            put(pack, Optional.of(new End(copy.at(), copy.bytes(), sizes.chunk(),
                    Version.root(copy.bytes(), sizes.chunk(), hashes), others())));
        }
    }

    private PackBuilder begin(int missing) {
        int expected = (int) Math.min((long) missing * plain.length / 2 + 1024, sizes.pack() + (long) plain.length);
        return new PackBuilder(stream, new PackName(copy.epoch(), copy.change(), token, ++lastPack), expected);
    }

    private List<PackName> others() {
        Set<PackName> names = new TreeSet<>(PackName.ORDER);
        for (Chunk chunk : chunks) {
            if (chunk != null) {
                names.add(chunk.pack().name());
            }
        }
        return List.copyOf(names);
    }

    private void put(PackBuilder builder, Optional<End> end) {
        ByteBuffer bytes = builder.finish(end);
        String key = keys.pack(builder.name());
        uploaded.add(key);
        packs.put(key, bytes);
        Pack pack = new Pack(builder.name(), bytes.remaining());
        for (Entry entry : builder.entries()) {
            chunks.set(entry.index(), new Chunk(entry.hash(), pack, entry.offset(), entry.stored()));
        }
        after.accept(ColdStep.PACK_STORED);
    }

    private static Chunk stored(@Nullable Chunk chunk) {
        return Objects.requireNonNull(chunk);
    }
}
