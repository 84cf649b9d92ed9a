// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.journal;

/** When a change counts as journaled; each stream may have its own say. */
public enum Durability {
    /** Once its group was forced. */
    SYNC,
    /** Once its group was written; it is forced within {@link JournalConfig#relaxedForceMillis()}, if the volume keeps up. */
    RELAXED
}
