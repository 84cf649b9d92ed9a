// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.journal;

import java.io.IOException;

/** A journal is damaged in a place that was forced: changes that were acknowledged cannot be read. */
public final class CorruptJournal extends IOException {
    private static final long serialVersionUID = 1;

    private final long segment;
    private final long offset;

    /** Where it was shipped to. */
    public CorruptJournal(String object, String why) {
        super("corrupt journal, object " + object + ": " + why);
        this.segment = 0;
        this.offset = 0;
    }

    CorruptJournal(String folder, long segment, long offset, String why) {
        super("corrupt journal " + folder + ", segment " + segment + ", offset " + offset + ": " + why);
        this.segment = segment;
        this.offset = offset;
    }

    public long segment() {
        return segment;
    }

    /** Of the first byte that cannot be trusted. */
    public long offset() {
        return offset;
    }
}
