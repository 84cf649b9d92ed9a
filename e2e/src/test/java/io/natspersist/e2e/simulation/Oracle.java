// SPDX-License-Identifier: Apache-2.0
package io.natspersist.e2e.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongSupplier;

/** The oracles of all streams, and when losses are allowed. */
final class Oracle {

    private final Map<String, StreamOracle> streams = new TreeMap<>();
    private final List<String> problems = new ArrayList<>();
    private final LongSupplier now;
    final Losses losses;

    Oracle(boolean relaxed, LongSupplier now) {
        this.losses = new Losses(relaxed);
        this.now = now;
    }

    StreamOracle stream(String name) {
        return streams.computeIfAbsent(name, n -> new StreamOracle(n, now));
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
