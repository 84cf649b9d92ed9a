// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.journal;

import io.natspersist.protocol.table.Incarnation;
import java.io.IOException;

/** A journal is damaged in a place that was forced: changes that were acknowledged cannot be read. */
public final class CorruptJournal extends IOException {
    private static final long serialVersionUID = 1;

    private final transient Incarnation journal;
    private final long segment;
    private final long offset;

    CorruptJournal(Incarnation journal, long segment, long offset, String why) {
        super("journal " + journal + ", segment " + segment + ", offset " + offset + ": " + why);
        this.journal = journal;
        this.segment = segment;
        this.offset = offset;
    }

    public Incarnation journal() {
        return journal;
    }

    public long segment() {
        return segment;
    }

    /** Of the first byte that cannot be trusted. */
    public long offset() {
        return offset;
    }
}
