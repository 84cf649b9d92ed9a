// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.cold;

import io.natspersist.protocol.StreamName;
import io.natspersist.worker.cold.ColdTier.Copy;
import io.natspersist.worker.cold.Directory.End;
import io.natspersist.worker.cold.Directory.Entry;
import io.natspersist.worker.cold.ObjectStoreException.Kind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes a head anew of what the packs say of themselves. A chunk of a copy lies in that of the copy's packs with the highest number
 * which has it.
 */
final class LostHead {

    private static final Logger LOG = LoggerFactory.getLogger(LostHead.class);
    private static final int TAIL = 64 << 10;
    private static final Comparator<Made> ORDER = Comparator.comparing(made -> made.last, PackName.ORDER);

    private final PackStore packs;

    LostHead(PackStore packs) {
        this.packs = packs;
    }

    private record Made(PackName last, Version version) {}

    /** @param why the head is not used */
    Head remake(StreamName stream, ColdKeys keys, String why) {
        Map<PackName, Pack> listed = new HashMap<>();
        packs.list(keys).forEach(pack -> listed.put(pack.name(), pack));
        if (listed.isEmpty()) {
            return Head.none(stream);
        }
        LOG.warn("{}: {}; the copies are looked for in {} packs", keys.head(), why, listed.size());
        Map<PackName, Directory> directories = new HashMap<>();
        for (Pack pack : listed.values()) {
            directory(stream, keys, pack).ifPresent(directory -> directories.put(pack.name(), directory));
        }
        List<Made> made = new ArrayList<>();
        directories.values().forEach(last -> last.end().flatMap(end -> version(last, end, directories, listed))
                .ifPresent(version -> made.add(new Made(last.name(), version))));
        made.sort(ORDER);
        // An owner's packs say that it was there, even where no copy is whole.
        long epoch = listed.keySet().stream().mapToLong(PackName::epoch).max().orElse(0);
        long lastPack = listed.keySet().stream().mapToLong(PackName::number).max().orElse(0);
        return new Head(stream, epoch, 0, lastPack, made.stream().map(Made::version).toList());
    }

    private Optional<Directory> directory(StreamName stream, ColdKeys keys, Pack pack) {
        String key = keys.pack(pack.name());
        try {
            int length = Math.min(pack.bytes(), TAIL);
            byte[] tail = packs.read(key, pack.bytes() - length, length);
            Integer whole = Directory.length(tail);
            if (whole == null || whole > pack.bytes()) {
                throw new BadBytes("its directory's length does not fit");
            }
            byte[] bytes = whole <= tail.length
                    ? Arrays.copyOfRange(tail, tail.length - whole, tail.length)
                    : packs.read(key, pack.bytes() - whole, whole);
            Directory directory = Directory.read(bytes);
            if (!directory.stream().equals(stream) || !directory.name().equals(pack.name())) {
                throw new BadBytes("it is " + directory.name() + " of " + directory.stream());
            }
            return Optional.of(directory);
        } catch (BadBytes e) {
            LOG.warn("{}: {}", key, e.why());
            return Optional.empty();
        } catch (ObjectStoreException e) {
            if (e.kind() != Kind.DAMAGED) {
                throw e;
            }
            LOG.warn("{}", e.getMessage());
            return Optional.empty();
        }
    }

    private static Optional<Version> version(Directory last, End end, Map<PackName, Directory> directories,
            Map<PackName, Pack> listed) {
        Map<Long, Directory> byNumber = new TreeMap<>();
        byNumber.put(last.name().number(), last);
        for (PackName other : end.others()) {
            Directory directory = directories.get(other);
            if (directory == null) {
                return Optional.empty();
            }
            byNumber.put(other.number(), directory);
        }
        @Nullable
        Chunk[] chunks = new Chunk[Version.count(end.bytes(), end.chunkBytes())];
        for (Directory directory : byNumber.values()) {
            Pack pack = listed.get(directory.name());
            for (Entry entry : directory.entries()) {
                if (pack != null && entry.index() < chunks.length) {
                    chunks[entry.index()] = new Chunk(entry.hash(), pack, entry.offset(), entry.stored());
                }
            }
        }
        List<Chunk> found = new ArrayList<>(chunks.length);
        for (Chunk chunk : chunks) {
            if (chunk != null) {
                found.add(chunk);
            }
        }
        Copy copy = new Copy(last.name().epoch(), last.name().change(), end.at(), end.bytes());
        return Optional.of(new Version(copy, end.chunkBytes(), end.root(), found)).filter(Version::isWhole);
    }
}
