// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker;

import io.natspersist.protocol.Subjects;
import io.natspersist.worker.journal.JournalConfig;
import io.natspersist.worker.stream.StreamsConfig;
import java.util.function.Consumer;

/**
 * What a worker is told at its start.
 *
 * @param name the worker's name, unique in its cluster; 1 to 64 of A-Z a-z 0-9 _ -
 * @param subjects the cluster's
 * @param heartbeatMillis how often it reports to the coordinator
 * @param outOfTouchMillis without an answer to a heartbeat sent within this time it proves, before it answers a read, that
 *        nobody has taken over, and looks every second whether it was told to halt
 * @param maxWaiting how many requests may wait for their answer; more are refused
 * @param maxWaitingBytes the same for about the memory that they take
 */
public record WorkerConfig(String name, Subjects subjects, JournalConfig journal, StreamsConfig streams,
        long heartbeatMillis, long outOfTouchMillis, int maxWaiting, long maxWaitingBytes) {

    public WorkerConfig {
        if (!name.matches("[A-Za-z0-9_-]{1,64}")) {
            throw new IllegalArgumentException("worker name '" + name + "' must be 1 to 64 of A-Z a-z 0-9 _ -");
        }
        if (heartbeatMillis < 1 || outOfTouchMillis < heartbeatMillis) {
            throw new IllegalArgumentException("outOfTouchMillis must be at least heartbeatMillis, which is positive");
        }
        if (maxWaiting < 1 || maxWaitingBytes < 1) {
            throw new IllegalArgumentException("at least one request must be allowed to wait");
        }
    }

    /** With all the defaults. */
    public WorkerConfig(String name, Subjects subjects) {
        this(name, subjects, JournalConfig.DEFAULT, StreamsConfig.DEFAULT, 1_000, 2_000, 100_000,
                Math.max(16L << 20, Runtime.getRuntime().maxMemory() / 8));
    }

    public WorkerConfig withJournal(JournalConfig config) {
        return with(c -> c.journal = config);
    }

    public WorkerConfig withStreams(StreamsConfig config) {
        return with(c -> c.streams = config);
    }

    /** Out of touch after two heartbeats. */
    public WorkerConfig withHeartbeat(long millis) {
        return with(c -> {
            c.heartbeatMillis = millis;
            c.outOfTouchMillis = 2 * millis;
        });
    }

    /** How many requests, and bytes, may wait for their answers. */
    public WorkerConfig withWaiting(int most, long mostBytes) {
        return with(c -> {
            c.maxWaiting = most;
            c.maxWaitingBytes = mostBytes;
        });
    }

    /** The same but for what {@code change} sets. */
    private WorkerConfig with(Consumer<Draft> change) {
        Draft draft = new Draft(this);
        change.accept(draft);
        return draft.config();
    }

    private static final class Draft {
        String name;
        Subjects subjects;
        JournalConfig journal;
        StreamsConfig streams;
        long heartbeatMillis;
        long outOfTouchMillis;
        int maxWaiting;
        long maxWaitingBytes;

        Draft(WorkerConfig of) {
            name = of.name;
            subjects = of.subjects;
            journal = of.journal;
            streams = of.streams;
            heartbeatMillis = of.heartbeatMillis;
            outOfTouchMillis = of.outOfTouchMillis;
            maxWaiting = of.maxWaiting;
            maxWaitingBytes = of.maxWaitingBytes;
        }

        WorkerConfig config() {
            return new WorkerConfig(name, subjects, journal, streams, heartbeatMillis, outOfTouchMillis, maxWaiting,
                    maxWaitingBytes);
        }
    }
}
