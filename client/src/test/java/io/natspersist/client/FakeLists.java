// SPDX-License-Identifier: Apache-2.0
package io.natspersist.client;

import io.natspersist.protocol.HeaderFields;
import io.natspersist.protocol.HeaderNames;
import io.natspersist.protocol.SlotRanges;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Answers lists as docs/protocol.md says, for one worker. */
final class FakeLists {

    private FakeLists() {}

    /**
     * @param streams of the slots that the worker serves
     * @param prefix null: all of them
     */
    static FakeStream.Reply answer(Collection<FakeStream> streams, Collection<Integer> slots, @Nullable String prefix,
            HeaderFields asked) {
        String after = asked.text(HeaderNames.AFTER);
        int limit = (int) Math.min(1_000, asked.number(HeaderNames.LIMIT, 1_000));
        int depth = (int) asked.number(HeaderNames.DEPTH, 0);
        TreeMap<String, FakeStream> found = new TreeMap<>(TokenOrder.INSTANCE);
        for (FakeStream stream : streams) {
            boolean below = prefix == null || stream.name.equals(prefix) || stream.name.startsWith(prefix + ".");
            boolean told = after != null && (TokenOrder.INSTANCE.compare(stream.name, after) <= 0
                    || (depth > 0 && tokens(after) == tokens(prefix) + depth && stream.name.startsWith(after + ".")));
            if (below && !told && stream.model.position().change() > 0) {
                found.put(stream.name, stream);
            }
        }
        Map<String, Object> answer = new LinkedHashMap<>();
        List<String> names = depth == 0
                ? streams(found, limit, answer)
                : prefixes(found, tokens(prefix) + depth, limit, answer);
        if (names.size() > limit) {
            answer.put("next", names.get(limit - 1));
        }
        answer.put("slots", SlotRanges.text(slots));
        return FakeStream.Reply.json(answer);
    }

    private static List<String> streams(Map<String, FakeStream> found, int limit, Map<String, Object> answer) {
        answer.put("streams", found.values().stream().limit(limit).map(FakeStream::listed).toList());
        return new ArrayList<>(found.keySet());
    }

    private static List<String> prefixes(Map<String, FakeStream> found, int tokens, int limit,
            Map<String, Object> answer) {
        TreeMap<String, List<String>> branches = new TreeMap<>(TokenOrder.INSTANCE);
        found.keySet().forEach(name -> branches.computeIfAbsent(cut(name, tokens), p -> new ArrayList<>()).add(name));
        answer.put("prefixes", branches.entrySet().stream().limit(limit).map(branch -> Map.of("prefix",
                branch.getKey(), "streams", branch.getValue().size(), "stream",
                branch.getValue().contains(branch.getKey()))).toList());
        return new ArrayList<>(branches.keySet());
    }

    private static String cut(String name, int tokens) {
        String[] all = name.split("\\.");
        return String.join(".", List.of(all).subList(0, Math.min(tokens, all.length)));
    }

    private static int tokens(@Nullable String name) {
        return name == null ? 0 : name.split("\\.").length;
    }
}
