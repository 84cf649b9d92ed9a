// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.file;

import io.natspersist.protocol.StreamConfig;
import io.natspersist.worker.file.StreamFile.EpochStart;
import io.natspersist.worker.file.StreamFile.Remembered;
import io.natspersist.worker.file.StreamFile.State;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What is kept of a destroyed stream, so that one made anew under its name goes on from its numbers.
 *
 * @param epochs each owner that changed the stream, in order
 * @param change the number of the change that destroyed it
 * @param lastSeq the highest seq it ever assigned
 * @param at when that was decided, ms since the epoch
 * @param ids message ids used lately
 */
public record Tombstone(List<EpochStart> epochs, long change, long lastSeq, long at, List<UsedId> ids) {

    /** A message id, the change that used it, what it stored (0: nothing), and when, ms since the epoch. */
    public record UsedId(String id, long change, long seq, long at) {}

    public Tombstone {
        epochs = List.copyOf(epochs);
        ids = List.copyOf(ids);
    }

    /** Of a stream that was destroyed, as a listing says; its numbers are with its cold copies. */
    public static final Tombstone ELSEWHERE = new Tombstone(List.of(), 0, 0, 0, List.of());

    boolean isElsewhere() {
        return change == 0;
    }

    /** The counters of the stream, and of a file in which nothing was stored since. */
    public State state() {
        return new State(epochs, change, lastSeq, 0, 0, 0, 0, StreamConfig.NONE, true);
    }

    /** What is remembered under each message id. */
    public Map<String, Remembered> remembered() {
        Map<String, Remembered> remembered = new HashMap<>();
        ids.forEach(used -> remembered.put(used.id,
                new Remembered(used.change, EpochStart.of(used.change, epochs), used.seq)));
        return remembered;
    }
}
