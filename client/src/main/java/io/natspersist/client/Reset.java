// SPDX-License-Identifier: Apache-2.0
package io.natspersist.client;

/**
 * The watcher's picture of a stream is void: all messages follow, and then what changes.
 *
 * @param reason why
 * @param lostChanges with {@link Reason#CHANGES_LOST}: how many changes that this watcher had seen are gone from the stream;
 *        else 0. Who wrote them can send them again with the same message ids
 * @param last the last position at which the watcher's picture was complete
 */
public record Reset(Reason reason, long lostChanges, Position last) {

    /** Why a watcher has to read everything. */
    public enum Reason {
        /** The watch begins, and was asked to begin so. */
        BEGINNING,
        /** The stream's log no longer reaches back to where the watch was. Nothing is lost from the stream. */
        LOG_TRIMMED,
        /** The stream lost changes: possible in {@code relaxed}, when a machine dies, and of ephemeral streams, with their worker. */
        CHANGES_LOST,
        /** The stream moved to another worker while it was being read. Nothing is lost. */
        MOVED
    }
}
