// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.stream;

import io.natspersist.worker.file.CatalogEntry;
import io.natspersist.worker.file.StreamFileException;
import java.util.function.Consumer;

/** What is kept of a slot's streams beside their files. Called on the loop, and calls back on it. */
interface SlotCatalog {

    /**
     * Has an entry written for good.
     *
     * @param urgently somebody waits for it
     */
    void put(CatalogEntry entry, boolean urgently, Runnable forced, Consumer<StreamFileException> failed);

    /** Has an entry written that is there already, with other counters. It may be lost. */
    void refresh(CatalogEntry entry);
}
