// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.file;

import io.natspersist.protocol.StreamName;
import io.natspersist.worker.file.StreamFile.EpochStart;
import java.util.List;

/**
 * A stream has a cold copy. Its last change and who decided that one tell which history it holds: where an owner of a higher epoch has
 * begun at that number or before, it is not the stream's.
 *
 * @param change the last change that the copy holds; 0: there is no copy any more
 * @param decidedBy the epoch of the owner that decided that change
 */
public record Archived(StreamName name, long change, long decidedBy) {

    /** What a file with these counters would be archived as. */
    public static Archived of(StreamName name, StreamFile.State state) {
        return of(name, state.change(), state.epochs());
    }

    /** @param owners each owner that changed the stream, in order */
    public static Archived of(StreamName name, long change, List<EpochStart> owners) {
        return new Archived(name, change, EpochStart.of(change, owners));
    }

    /** All copies are gone. */
    public static Archived none(StreamName name) {
        return new Archived(name, 0, 0);
    }
}
