// SPDX-License-Identifier: Apache-2.0
package io.natspersist.coordinator;

import io.natspersist.protocol.Subjects;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * How one cluster is coordinated.
 *
 * @param prefix the cluster's subject prefix, such as {@code persist.main}
 * @param slots into how many slots streams are hashed; never changes for a cluster
 * @param heartbeatMillis how often workers send heartbeats
 * @param deadAfterMillis a worker silent for that long is dead
 * @param handoverBatch how many slots at most are on their way from one living worker to another, to balance the cluster
 * @param rebuildGraceMillis how long a lost table waits for workers to report before it is rebuilt
 * @param weights share of the slots by worker name; 1 for who is not named
 */
public record CoordinatorConfig(String prefix, int slots, long heartbeatMillis, long deadAfterMillis, int handoverBatch,
        long rebuildGraceMillis, Map<String, Integer> weights) {

    public static final int DEFAULT_SLOTS = 1024;
    /** So that a table fits one message. */
    public static final int MOST_SLOTS = 8192;

    /** @throws IllegalArgumentException naming everything that is wrong */
    public CoordinatorConfig {
        weights = Map.copyOf(weights);
        List<String> problems = new ArrayList<>();
        try {
            new Subjects(prefix);
        } catch (IllegalArgumentException e) {
            problems.add("prefix '" + prefix + "': " + e.getMessage());
        }
        require(slots >= 1 && slots <= MOST_SLOTS, "slots must be 1 to " + MOST_SLOTS + ", not " + slots, problems);
        require(heartbeatMillis >= 10, "heartbeatMillis must be 10 or more, not " + heartbeatMillis, problems);
        require(deadAfterMillis >= 3 * heartbeatMillis,
                "deadAfterMillis must be at least three heartbeats, not " + deadAfterMillis, problems);
        require(handoverBatch >= 1, "handoverBatch must be 1 or more, not " + handoverBatch, problems);
        require(rebuildGraceMillis >= 2 * heartbeatMillis,
                "rebuildGraceMillis must be at least two heartbeats, not " + rebuildGraceMillis, problems);
        weights.forEach((worker, weight) -> require(weight >= 1 && weight <= 1_000,
                "the weight of " + worker + " must be 1 to 1000, not " + weight, problems));
        if (!problems.isEmpty()) {
            throw new IllegalArgumentException(String.join("; ", problems));
        }
    }

    /** What a cluster has unless it says otherwise: 1,024 slots, a heartbeat a second, dead after six. */
    public static CoordinatorConfig of(String prefix) {
        return of(prefix, DEFAULT_SLOTS);
    }

    /** The defaults for that many slots. */
    public static CoordinatorConfig of(String prefix, int slots) {
        return new CoordinatorConfig(prefix, slots, 1_000, 6_000, Math.max(1, slots / 16), 6_000, Map.of());
    }

    int weightOf(String worker) {
        return weights.getOrDefault(worker, 1);
    }

    private static void require(boolean holds, String otherwise, List<String> problems) {
        if (!holds) {
            problems.add(otherwise);
        }
    }
}
