// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.stream;

import io.natspersist.protocol.StreamName;
import io.natspersist.worker.file.Branch;
import io.natspersist.worker.file.CatalogEntry;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a listing came to, in the order of names. It covers the slots named, and no others. */
public sealed interface Listed {

    /**
     * @param streams with the counters that are known; those with change 0 have none
     * @param next the name after which the next page starts; null: this is the last one
     */
    record Streams(List<CatalogEntry> streams, @Nullable StreamName next, List<Integer> slots) implements Listed {}

    /** @param next the prefix after which the next page starts, what lies below it left out; null: this is the last one */
    record Tree(List<Branch> branches, @Nullable StreamName next, List<Integer> slots) implements Listed {}

    record Refused(Result.Refused why) implements Listed {}
}
