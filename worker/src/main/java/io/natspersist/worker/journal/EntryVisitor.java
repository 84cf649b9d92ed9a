// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.journal;

import io.natspersist.protocol.StreamName;
import io.natspersist.worker.change.Change;

/** Is told what a journal holds, in the order in which it was written. */
public interface EntryVisitor {

    void change(Change change);

    /** The stream's file held everything up to this change, forced, when this was written. */
    default void applied(StreamName stream, long change) {}
}
