// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker;

import io.natspersist.protocol.HeaderNames;
import io.natspersist.worker.ExpectedAnswers.Answer;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The parts of large values that came for one stream, and wait for the set that makes a value of them. */
final class ExpectedUploads {

    private final Map<String, TreeMap<Integer, byte[]>> parts = new HashMap<>();
    private final Set<String> used = new HashSet<>();
    /** Some of their parts went with the stream when it was destroyed, or will yet: which ones is not said. */
    private final Set<String> doubtful = new HashSet<>();

    ExpectedUploads() {}

    ExpectedUploads(ExpectedUploads other) {
        other.parts.forEach((upload, there) -> parts.put(upload, new TreeMap<>(there)));
        used.addAll(other.used);
        doubtful.addAll(other.doubtful);
    }

    /** @param destroyed whether the stream is, and nothing was stored since: the file that a part is in goes at any time */
    Answer part(FuzzedRequest request, boolean destroyed) {
        String upload = request.text(HeaderNames.UPLOAD);
        if (destroyed) {
            doubtful.add(upload);
        }
        if (used.contains(upload)) {
            return answer -> {}; // what is left of it decides
        }
        byte[] there = parts.computeIfAbsent(upload, u -> new TreeMap<>())
                .putIfAbsent((int) request.number(HeaderNames.PART, 0), request.payload());
        if (doubtful.contains(upload)) {
            return answer -> {};
        }
        return there == null || Arrays.equals(there, request.payload())
                ? ExpectedAnswers.fields(Map.of("part", request.number(HeaderNames.PART, 0)))
                : ExpectedAnswers.oneOf(Set.of("BAD_REQUEST"));
    }

    /** The parts that a set names; null: they are not what it says. */
    @Nullable
    List<byte[]> whole(FuzzedRequest set) {
        TreeMap<Integer, byte[]> there = parts.getOrDefault(set.text(HeaderNames.UPLOAD), new TreeMap<>());
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        there.values().forEach(all::writeBytes);
        boolean whole = !there.isEmpty() && there.size() == set.number(HeaderNames.PARTS, 0)
                && there.lastKey() == there.size() && all.size() == set.number(HeaderNames.SIZE, 0)
                && FuzzedRequest.checksum(all.toByteArray()).equalsIgnoreCase(set.text(HeaderNames.CRC32C));
        return whole ? List.copyOf(there.values()) : null;
    }

    /** Whether more or fewer parts may be there than came. */
    boolean areDoubtful(FuzzedRequest set) {
        return doubtful.contains(set.text(HeaderNames.UPLOAD));
    }

    /** They are a message's value now. */
    void use(FuzzedRequest set) {
        parts.remove(set.text(HeaderNames.UPLOAD));
        used.add(set.text(HeaderNames.UPLOAD));
    }

    /** The stream was destroyed. */
    void destroyed() {
        doubtful.addAll(parts.keySet());
    }
}
