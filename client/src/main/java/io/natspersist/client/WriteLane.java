// SPDX-License-Identifier: Apache-2.0
package io.natspersist.client;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the writes of one stream in their order as far as can be. They go out as they come, until one must be repeated; then
 * the others wait until all that are out have been answered, the oldest goes first and alone, and the rest follow when the
 * worker has taken it.
 */
final class WriteLane {

    private final PriorityQueue<Call> waiting = new PriorityQueue<>(
            Comparator.comparingLong((Call call) -> call.ordinal));
    private int out;
    private boolean troubled;
    private @Nullable Call probe;
    private long delayMillis;
    private boolean scheduled;

    /** Whether this new write may go out now; else it waits here. */
    boolean admit(Call call) {
        if (troubled || !waiting.isEmpty()) {
            waiting.add(call);
            return false;
        }
        out++;
        return true;
    }

    /** A write that was out is over. {@code taken}: by the worker, whatever it answered. */
    void done(Call call, boolean taken) {
        out--;
        if (call == probe) {
            probe = null;
            troubled = !taken;
        }
    }

    /** A write that was out must be repeated, after a while. */
    void repeat(Call call, long afterMillis) {
        out--;
        probe = null;
        troubled = true;
        delayMillis = Math.max(delayMillis, afterMillis);
        waiting.add(call);
    }

    boolean isEmpty() {
        return out == 0 && waiting.isEmpty();
    }

    /** In how many milliseconds to {@link #release}; negative: not now. To be followed, it is said once. */
    long schedule() {
        if (scheduled || waiting.isEmpty() || (troubled && out > 0)) {
            return -1;
        }
        scheduled = true;
        long delay = delayMillis;
        delayMillis = 0;
        return delay;
    }

    /** Those whose turn it is: they are out now. */
    List<Call> release() {
        scheduled = false;
        List<Call> turn = new ArrayList<>();
        if (!troubled) {
            for (Call call = waiting.poll(); call != null; call = waiting.poll()) {
                turn.add(call);
            }
        } else if (out == 0 && !waiting.isEmpty()) {
            probe = waiting.remove();
            turn.add(probe);
        }
        out += turn.size();
        return turn;
    }
}
