// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker;

import com.fasterxml.jackson.databind.JsonNode;
import io.natspersist.protocol.HeaderNames;
import io.natspersist.transport.Message;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a page of a list may hold: each stream that is there, and none that is not, in the order of their tokens. */
final class ExpectedList {

    private static final Comparator<String> ORDER = (a, b) -> Arrays.compareUnsigned(sortable(a), sortable(b));

    private final Map<String, ExpectedStream> streams;
    private final Set<String> unknown;

    /** @param unknown streams that may be there or not */
    ExpectedList(Map<String, ExpectedStream> streams, Set<String> unknown) {
        this.streams = streams;
        this.unknown = unknown;
    }

    private static byte[] sortable(String name) {
        return name.replace('.', '\u0001').getBytes(StandardCharsets.UTF_8);
    }

    void check(FuzzedRequest request, Message answer) {
        JsonNode page = ExpectedAnswers.json(answer);
        boolean tree = request.text(HeaderNames.DEPTH) != null;
        List<JsonNode> items = new ArrayList<>();
        page.get(tree ? "prefixes" : "streams").forEach(items::add);
        List<String> names = items.stream().map(i -> i.get(tree ? "prefix" : "name").asText()).toList();
        ExpectedAnswers.same(names.stream().distinct().sorted(ORDER).toList(), names, "names in order");
        ExpectedAnswers.same(true, names.size() <= request.number(HeaderNames.LIMIT, 1_000), "whether they are few");
        ExpectedAnswers.same("0-7", page.get("slots").asText(), "slots");
        String next = page.has("next") ? page.get("next").asText() : null;
        ExpectedAnswers.same(next == null ? null : names.getLast(), next, "next");
        Map<String, Integer> counts = new HashMap<>();
        streams.forEach((name, stream) -> {
            String listed = tree
                    ? cut(name, tokens(request.stream()) + (int) request.number(HeaderNames.DEPTH, 1))
                    : name;
            boolean wanted = isWanted(name, request) && (next == null || ORDER.compare(listed, next) <= 0);
            if (wanted && stream.isQuiet() && stream.exists()) {
                counts.merge(listed, 1, Integer::sum);
            }
        });
        if (!names.containsAll(counts.keySet())) {
            throw new AssertionError(names + " and not all of " + counts.keySet());
        }
        for (JsonNode item : items) {
            if (tree) {
                int atLeast = counts.getOrDefault(item.get("prefix").asText(), 0);
                ExpectedAnswers.same(true, item.get("streams").asInt() >= Math.max(1, atLeast), "streams of " + item);
            } else {
                checkStream(item, request);
            }
        }
    }

    private void checkStream(JsonNode item, FuzzedRequest request) {
        String name = item.get("name").asText();
        ExpectedStream stream = streams.get(name);
        ExpectedAnswers.same(true, isWanted(name, request), "whether " + name + " was asked for");
        if (stream == null) {
            ExpectedAnswers.same(true, unknown.contains(name), "whether " + name + " was ever written to");
        } else if (stream.isQuiet()) {
            boolean mayHaveParts = stream.change == 0 && !item.has("change"); // a reindex goes by the files
            ExpectedAnswers.same(true, stream.exists() || mayHaveParts, "whether there is one: " + item);
            if (item.has("change") && item.get("change").asLong() == stream.change) {
                ExpectedAnswers.same((long) stream.messages.size(), item.get("messages").asLong(), "messages");
                ExpectedAnswers.same(stream.bytes(), item.get("bytes").asLong(), "bytes");
                ExpectedAnswers.same(stream.lastSeq, item.get("seq").asLong(), "seq");
            } else if (item.has("change")) {
                ExpectedAnswers.same(true, item.get("change").asLong() < stream.change, "whether it is older: " + item);
            }
        }
    }

    private static boolean isWanted(String name, FuzzedRequest request) {
        return isWithin(name, request.stream()) && isAfter(name, request.text(HeaderNames.AFTER), request);
    }

    private static boolean isWithin(String name, String prefix) {
        return prefix.isEmpty() || name.equals(prefix) || name.startsWith(prefix + ".");
    }

    private static boolean isAfter(String name, @Nullable String after, FuzzedRequest request) {
        boolean wasCounted = after != null && request.text(HeaderNames.DEPTH) != null && isWithin(name, after)
                && tokens(after) == tokens(request.stream()) + request.number(HeaderNames.DEPTH, 1);
        return after == null || ORDER.compare(name, after) > 0 && !wasCounted;
    }

    private static int tokens(String name) {
        return name.isEmpty() ? 0 : name.split("\\.").length;
    }

    private static String cut(String name, int tokens) {
        return String.join(".", Arrays.stream(name.split("\\.")).limit(tokens).toList());
    }
}
