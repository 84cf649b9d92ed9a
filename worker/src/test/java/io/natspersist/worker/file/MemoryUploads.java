// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.file;

import io.natspersist.protocol.Crc32c;
import io.natspersist.worker.change.LargeValue;
import io.natspersist.worker.file.StreamFile.Part;
import io.natspersist.worker.file.StreamFile.Staged;
import io.natspersist.worker.file.StreamFile.Uploaded;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** The large values of a {@link MemoryStream}, and those on their way. */
final class MemoryUploads {
    private final Map<String, Upload> uploads = new TreeMap<>();

    /** @param seq of the message that has it; 0: none */
    private record Upload(long at, long seq, NavigableMap<Integer, Part> parts) {
        boolean open() {
            return seq == 0 && at > 0;
        }
    }

    MemoryUploads copy() {
        MemoryUploads copy = new MemoryUploads();
        uploads.forEach((id, u) -> copy.uploads.put(id, new Upload(u.at, u.seq, new TreeMap<>(u.parts))));
        return copy;
    }

    Staged stage(String id, int number, Part part, long now) {
        Upload before = uploads.getOrDefault(id, new Upload(1, 0, new TreeMap<>()));
        if (!before.open()) {
            return Staged.CLOSED;
        }
        Part there = before.parts.get(number);
        if (there != null) {
            return there.crc32c() == part.crc32c() ? Staged.KEPT : Staged.DIFFERS;
        }
        before.parts.put(number, part);
        uploads.put(id, new Upload(Math.max(before.at, now), 0, before.parts));
        return Staged.KEPT;
    }

    Uploaded upload(String id, long now) {
        Upload upload = uploads.get(id);
        if (upload == null) {
            return Uploaded.NOTHING;
        }
        if (upload.open()) {
            uploads.put(id, new Upload(Math.max(upload.at, now), 0, upload.parts));
        }
        int firstMissing = 1;
        int crc = 0;
        for (Part part = upload.parts.get(1); part != null; part = upload.parts.get(++firstMissing)) {
            crc = Crc32c.combine(crc, part.crc32c(), part.data().length);
        }
        return new Uploaded(upload.open(), upload.parts.size(),
                upload.parts.values().stream().mapToLong(p -> p.data().length).sum(), firstMissing, crc);
    }

    Optional<Part> part(String id, int number) {
        return Optional.ofNullable(uploads.get(id)).map(u -> u.parts.get(number));
    }

    /** Of every part: its upload and its number, in order. */
    List<String> names() {
        List<String> names = new ArrayList<>();
        uploads.forEach((id, upload) -> upload.parts.keySet().forEach(number -> names.add(id + " " + number)));
        return names;
    }

    void use(LargeValue value, long seq, long now) {
        Upload upload = uploads.get(value.upload());
        uploads.put(value.upload(),
                new Upload(Math.max(1, now), seq, upload == null ? new TreeMap<>() : upload.parts));
    }

    void drop(LargeValue value) {
        uploads.computeIfPresent(value.upload(), (id, u) -> new Upload(0, 0, u.parts));
    }

    long oldestUnused() {
        return uploads.values().stream().filter(u -> u.seq == 0).mapToLong(Upload::at).min().orElse(Long.MAX_VALUE);
    }

    void clean(long unusedSince, Set<String> keep, long maxBytes) {
        long left = maxBytes;
        List<String> unused = uploads.entrySet().stream()
                .filter(e -> e.getValue().seq == 0 && e.getValue().at < Math.max(1, unusedSince))
                .sorted(Comparator.comparingLong(e -> e.getValue().at))
                .map(Map.Entry::getKey)
                .filter(id -> !keep.contains(id))
                .toList();
        for (String id : unused) {
            NavigableMap<Integer, Part> parts = uploads.get(id).parts;
            while (left > 0 && !parts.isEmpty()) {
                left -= parts.pollFirstEntry().getValue().data().length;
            }
            if (parts.isEmpty()) {
                uploads.remove(id);
            } else {
                uploads.put(id, new Upload(0, 0, parts));
            }
            if (left <= 0) {
                return;
            }
        }
    }
}
