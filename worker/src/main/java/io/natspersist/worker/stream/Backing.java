// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.stream;

import io.natspersist.worker.file.StreamFiles;
import io.natspersist.worker.journal.ChangeJournal;
import io.natspersist.worker.stream.Result.Refused;
import org.jspecify.annotations.Nullable;

/** What keeps the streams of one slot beyond what their owner has in mind. */
interface Backing {

    ChangeJournal journal();

    StreamFiles files();

    SlotCatalog catalog();

    /** Whether what it keeps is there after the stream is closed, and for the slot's next owner. */
    boolean lasts();

    /** Why it takes no such operation, which is a write, just now; null: it does. */
    @Nullable
    Refused refusal(Operation op);
}
