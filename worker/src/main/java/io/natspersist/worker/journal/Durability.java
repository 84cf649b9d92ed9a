// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.journal;

/** When a change counts as journaled; each stream may have its own say. Those that ask for less come first. */
public enum Durability {
    /** Once its group was written; it is forced within {@link JournalConfig#relaxedForceMillis()}, if the volume keeps up. */
    RELAXED,
    /** Once its group was forced. */
    SYNC,
    /** Once its group was stored where it outlives this worker's disk; where all workers have the volume, as {@code SYNC}. */
    SHIPPED;

    /** The one of the two that asks for more. */
    public Durability orStricter(Durability other) {
        return compareTo(other) >= 0 ? this : other;
    }
}
