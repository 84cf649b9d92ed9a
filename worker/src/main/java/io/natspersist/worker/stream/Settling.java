// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.stream;

import io.natspersist.protocol.StreamName;
import io.natspersist.worker.journal.OwnJournal;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Changes that were adopted for streams which nobody may ever ask for: they go into the files after a while all the same, so that
 * the journal can let go of them. A stream that cannot be opened is tried again after a pause.
 */
final class Settling {

    /** How many streams are opened at a time only because changes were adopted for them: with the journal large, and else. */
    private static final int MOST_PRESSED = 32;
    private static final int MOST = 2;
    /** How long adopted changes wait for somebody to ask for their stream. */
    private static final long WAIT_MILLIS = 10_000;
    /** How long they wait again after a failure. */
    private static final long AFTER_FAILURE_MILLIS = 30_000;
    /** The pause after a failure while the slot is wanted elsewhere. */
    private static final long WANTED_WAIT_MILLIS = 1_000;

    /** A stream with adopted changes, and since when it waits. */
    record Unsettled(StreamName name, ServedSlot slot, long sinceNanos) {

        private boolean hasWaited(long millis, long nowNanos) {
            return nowNanos - sinceNanos >= millis * 1_000_000;
        }
    }

    private final ArrayDeque<Unsettled> waiting = new ArrayDeque<>();
    /** Those that could not be opened, the last failure last. */
    private final LinkedHashMap<StreamName, Unsettled> failed = new LinkedHashMap<>();
    private final Set<StreamName> underWay = new HashSet<>();

    void add(StreamName name, ServedSlot slot, long nowNanos) {
        waiting.add(new Unsettled(name, slot, nowNanos));
    }

    /**
     * The next one to be opened; null: none is due.
     *
     * @param pressed the journal is large: nobody waits any longer but those that have failed
     */
    @Nullable
    Unsettled next(long nowNanos, boolean pressed) {
        while (underWay.size() < (pressed ? MOST_PRESSED : MOST)) {
            Unsettled next = poll(nowNanos, pressed);
            if (next == null) {
                return null;
            }
            if (next.slot.adopted.containsKey(next.name)) {
                underWay.add(next.name);
                return next;
            }
        }
        return null;
    }

    private @Nullable Unsettled poll(long nowNanos, boolean pressed) {
        Map.Entry<StreamName, Unsettled> again = failed.firstEntry();
        if (again != null && again.getValue().hasWaited(AFTER_FAILURE_MILLIS, nowNanos)) {
            failed.pollFirstEntry();
            return again.getValue();
        }
        Unsettled first = waiting.peek();
        return first != null && (pressed || first.hasWaited(WAIT_MILLIS, nowNanos)) ? waiting.poll() : null;
    }

    /** The stream was opened, for whomever. */
    void opened(StreamName name) {
        underWay.remove(name);
        failed.remove(name);
    }

    /** The stream could not be opened, for whomever. */
    void failedToOpen(StreamName name, ServedSlot slot, long nowNanos) {
        underWay.remove(name);
        if (slot.adopted.containsKey(name)) {
            failed.putLast(name, new Unsettled(name, slot, nowNanos));
        }
    }

    /** Those that could not be opened when that was last tried. */
    Collection<Unsettled> failed() {
        return failed.values();
    }

    /** Whether it makes sense to open the stream just now because its slot is wanted elsewhere. */
    boolean mayOpen(StreamName name, long nowNanos) {
        Unsettled last = failed.get(name);
        return last == null || last.hasWaited(WANTED_WAIT_MILLIS, nowNanos);
    }

    /** Has what cannot be put into files written into the journal once more, where it keeps old segments from going. */
    void copyForward(OwnJournal journal) {
        for (Unsettled next : failed.values()) {
            AdoptedTail tail = next.slot.adopted.get(next.name);
            if (tail != null) {
                tail.copyForward(journal);
            }
        }
    }
}
