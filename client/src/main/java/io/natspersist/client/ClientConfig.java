// SPDX-License-Identifier: Apache-2.0
package io.natspersist.client;

import io.natspersist.protocol.Subjects;
import java.util.function.Consumer;

/**
 * How a client behaves. Times are in milliseconds. The defaults suit an application server.
 *
 * @param subjects the cluster's subjects
 * @param deadlineMillis how long one call may take, all its retries included; at most {@link #MAX_DEADLINE_MILLIS}
 * @param attemptMillis how long the first try waits for its answer; later ones up to four times as long
 * @param maxInFlight how many requests may be waiting for an answer at once; further calls queue in the client, in order
 * @param tableCheckMillis how often the table's number is asked for, once for all streams, while something is watched
 * @param watchBuffer how many changes one watch keeps while it catches up; beyond it they are dropped and asked for later
 * @param partBytes larger values go in parts of so many bytes, or of fewer where the server wants that
 * @param maxValueBytes larger values are not read at once: they must be opened
 * @param messageIds whether sets and deletes without a message id get one, which is what makes it safe to repeat them
 */
public record ClientConfig(Subjects subjects, long deadlineMillis, long attemptMillis, int maxInFlight,
        long tableCheckMillis, int watchBuffer, int partBytes, int maxValueBytes, boolean messageIds) {

    /** Workers remember message ids for two minutes at least; the last retry of a call must come well before that. */
    public static final long MAX_DEADLINE_MILLIS = 110_000;

    /** @throws IllegalArgumentException when a number is out of its range; the message says which */
    public ClientConfig {
        require(deadlineMillis >= 1 && deadlineMillis <= MAX_DEADLINE_MILLIS, "deadlineMillis", deadlineMillis);
        require(attemptMillis >= 1, "attemptMillis", attemptMillis);
        require(maxInFlight >= 1, "maxInFlight", maxInFlight);
        require(tableCheckMillis >= 1, "tableCheckMillis", tableCheckMillis);
        require(watchBuffer >= 1, "watchBuffer", watchBuffer);
        require(partBytes >= 1, "partBytes", partBytes);
        require(maxValueBytes >= 1, "maxValueBytes", maxValueBytes);
    }

    private static void require(boolean holds, String name, long value) {
        if (!holds) {
            throw new IllegalArgumentException(name + " " + value + " is out of range");
        }
    }

    /** The defaults, for the cluster whose subjects begin with {@code persist.<cluster>}. */
    public static ClientConfig ofCluster(String cluster) {
        return ofSubjects(Subjects.ofCluster(cluster));
    }

    /**
     * The defaults: 60 s for a call, 2 s for its first try, 10,000 in flight, the table every 30 s, parts of 1 MiB, values of
     * up to 64 MiB at once, message ids.
     */
    public static ClientConfig ofSubjects(Subjects subjects) {
        return new ClientConfig(subjects, 60_000, 2_000, 10_000, 30_000, 4_096, 1 << 20, 64 << 20, true);
    }

    public ClientConfig withDeadlineMillis(long millis) {
        return with(c -> c.deadlineMillis = millis);
    }

    public ClientConfig withAttemptMillis(long millis) {
        return with(c -> c.attemptMillis = millis);
    }

    public ClientConfig withMaxInFlight(int requests) {
        return with(c -> c.maxInFlight = requests);
    }

    public ClientConfig withTableCheckMillis(long millis) {
        return with(c -> c.tableCheckMillis = millis);
    }

    public ClientConfig withWatchBuffer(int changes) {
        return with(c -> c.watchBuffer = changes);
    }

    public ClientConfig withPartBytes(int bytes) {
        return with(c -> c.partBytes = bytes);
    }

    public ClientConfig withMaxValueBytes(int bytes) {
        return with(c -> c.maxValueBytes = bytes);
    }

    public ClientConfig withMessageIds(boolean automatic) {
        return with(c -> c.messageIds = automatic);
    }

    /** The same but for what {@code change} sets. */
    private ClientConfig with(Consumer<Draft> change) {
        Draft draft = new Draft(this);
        change.accept(draft);
        return draft.config();
    }

    private static final class Draft {
        Subjects subjects;
        long deadlineMillis;
        long attemptMillis;
        int maxInFlight;
        long tableCheckMillis;
        int watchBuffer;
        int partBytes;
        int maxValueBytes;
        boolean messageIds;

        Draft(ClientConfig of) {
            subjects = of.subjects;
            deadlineMillis = of.deadlineMillis;
            attemptMillis = of.attemptMillis;
            maxInFlight = of.maxInFlight;
            tableCheckMillis = of.tableCheckMillis;
            watchBuffer = of.watchBuffer;
            partBytes = of.partBytes;
            maxValueBytes = of.maxValueBytes;
            messageIds = of.messageIds;
        }

        ClientConfig config() {
            return new ClientConfig(subjects, deadlineMillis, attemptMillis, maxInFlight, tableCheckMillis, watchBuffer,
                    partBytes, maxValueBytes, messageIds);
        }
    }
}
