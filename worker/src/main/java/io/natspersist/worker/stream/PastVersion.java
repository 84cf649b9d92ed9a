// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.stream;

import io.natspersist.protocol.StreamName;
import io.natspersist.worker.cold.ColdTier.Copy;
import io.natspersist.worker.file.ScratchFile;
import io.natspersist.worker.file.StreamFile;
import io.natspersist.worker.stream.Result.Refused;
import java.util.ArrayDeque;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One version of a stream that somebody reads, or waits for. Confined to the worker's loop, but for its files. */
final class PastVersion {

    /**
     * Which one.
     *
     * @param at when it was taken, ms since the epoch
     */
    record Id(StreamName stream, int slot, long at) {}

    /** What was brought. */
    record Brought(Copy copy, ScratchFile scratch, StreamFile file) {}

    record Waiting(Operation read, Consumer<Result> answer) {}

    private final Id id;
    private final ArrayDeque<Waiting> waiting = new ArrayDeque<>();
    private @Nullable Brought brought;
    private long bytes;
    private long usedNanos;
    private boolean reading;

    PastVersion(Id id) {
        this.id = id;
    }

    Id id() {
        return id;
    }

    void add(Operation read, Consumer<Result> answer, long now) {
        usedNanos = now;
        waiting.add(new Waiting(read, answer));
    }

    /** About to be brought, with so many bytes. */
    void takes(long room) {
        bytes = room;
    }

    long bytes() {
        return bytes;
    }

    void brought(Brought what, long now) {
        usedNanos = now;
        brought = what;
    }

    @Nullable
    Brought brought() {
        return brought;
    }

    /** The next read, which is under way from now on; null: there is none, or one is under way. */
    @Nullable
    Waiting next() {
        Waiting next = reading ? null : waiting.poll();
        reading |= next != null;
        return next;
    }

    void done(long now) {
        reading = false;
        usedNanos = now;
    }

    /** Whether it is here, and nobody has asked for it since that time. */
    boolean isUnusedSince(long nanos) {
        return brought != null && !reading && waiting.isEmpty() && usedNanos - nanos <= 0;
    }

    void refuse(Refused why) {
        while (!waiting.isEmpty()) {
            waiting.remove().answer.accept(why);
        }
    }
}
