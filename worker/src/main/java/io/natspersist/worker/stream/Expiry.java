// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.stream;

import io.natspersist.worker.change.Change;
import io.natspersist.worker.file.StreamFile.Expiring;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * The messages of one stream that expire soonest, a bounded number of them; what comes later is read from the file's index
 * when its time has come near. Costs nothing where nothing expires.
 */
final class Expiry {

    /** How many are known at most, and go by one change. */
    static final int MOST = 1_000;

    private static final Comparator<Expiring> SOONEST = Comparator.comparingLong(Expiring::expires)
            .thenComparingLong(Expiring::seq);

    private final TreeSet<Expiring> soonest = new TreeSet<>(SOONEST);
    private final Map<Long, Expiring> bySeq = new HashMap<>();
    /** All that expires before this is known, ms since the epoch. */
    private long horizon = Long.MAX_VALUE;

    /** Takes the word of a file that holds everything: the first {@link #MOST} that expire. */
    void learn(List<Expiring> inFile) {
        soonest.clear();
        bySeq.clear();
        inFile.forEach(this::add);
        horizon = inFile.size() < MOST ? Long.MAX_VALUE : inFile.getLast().expires();
    }

    void stored(Change.Set set) {
        if (set.expires() != 0 && set.expires() < horizon) {
            add(new Expiring(set.expires(), set.seq(), set.key(), set.messageBytes()));
            if (soonest.size() > MOST) {
                Expiring last = soonest.removeLast();
                bySeq.remove(last.seq());
                horizon = last.expires();
            }
        }
    }

    private void add(Expiring message) {
        soonest.add(message);
        bySeq.put(message.seq(), message);
    }

    void gone(long seq) {
        Expiring message = bySeq.remove(seq);
        if (message != null) {
            soonest.remove(message);
        }
    }

    void goneUpTo(long seq) {
        if (!bySeq.isEmpty()) {
            soonest.removeIf(m -> m.seq() <= seq);
            bySeq.keySet().removeIf(s -> s <= seq);
        }
    }

    /** When something is to be done next, ms since the epoch; {@code Long.MAX_VALUE}: never. */
    long next() {
        return soonest.isEmpty() ? horizon : soonest.getFirst().expires();
    }

    /** Those whose time is up, all of them known to be there; none although {@link #next} has come: ask the file. */
    List<Expiring> due(long now) {
        List<Expiring> due = new ArrayList<>();
        for (Expiring message : soonest) {
            if (message.expires() > now) {
                break;
            }
            due.add(message);
        }
        return due;
    }
}
