// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.journal;

import io.natspersist.protocol.StreamName;
import io.natspersist.worker.change.Change;

/** What a group holds. */
sealed interface Entry {

    /** A change of a stream. */
    record Changed(Change change) implements Entry {}

    /** The stream's file holds everything up to this change, forced. */
    record Applied(StreamName stream, long change) implements Entry {}
}
