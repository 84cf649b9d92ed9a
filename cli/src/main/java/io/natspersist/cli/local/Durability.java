// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.local;

import java.util.Locale;

/** When a write is answered. */
public enum Durability {
    /** Once it is forced to the disk. */
    SYNC,
    /** Once it is written; it is forced within a second. */
    RELAXED,
    /** Once it is in the bucket; with disks of their own. */
    SHIPPED;

    /** As on the command line. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
