// SPDX-License-Identifier: Apache-2.0
package io.natspersist.e2e.simulation;

import io.natspersist.protocol.HeaderNames;
import io.natspersist.protocol.SetMany;
import io.natspersist.transport.Message;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** The oracles of all streams, and when losses are allowed. */
final class Oracle {

    private final Map<String, StreamOracle> streams = new TreeMap<>();
    private final List<String> problems = new ArrayList<>();
    private final LongSupplier now;
    final Losses losses = new Losses();

    Oracle(LongSupplier now) {
        this.now = now;
    }

    StreamOracle stream(String name) {
        return streams.computeIfAbsent(name, n -> new StreamOracle(n, now));
    }

    /** A request that a worker gets twice, while the client takes the first answer. */
    void deliveredTwice(Message request) {
        String[] tokens = request.subject().split("\\.", 5);
        if (tokens.length == 5 && tokens[1].equals("worker")) {
            values(tokens[3], request).forEach(stream(tokens[4])::deliveredTwice);
        }
    }

    private static List<String> values(String op, Message request) {
        String size = request.headers().first(HeaderNames.SIZE);
        return switch (op) {
            case "set" -> List.of(size == null ? text(request.payload()) : LargeText.ofSize(Long.parseLong(size)));
            case "setMany" -> SetMany.decode(request.payload()).items().stream().map(i -> text(i.value())).toList();
            default -> List.of();
        };
    }

    private static String text(byte @Nullable [] value) {
        return value == null ? "" : new String(value, StandardCharsets.UTF_8);
    }

    void problem(String what) {
        problems.add(now.getAsLong() + " ms: " + what);
    }

    List<String> problems() {
        List<String> all = new ArrayList<>(problems);
        streams.values().forEach(s -> all.addAll(s.problems()));
        return all;
    }

    Map<String, StreamOracle> streams() {
        return streams;
    }
}
