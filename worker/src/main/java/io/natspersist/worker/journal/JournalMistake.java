// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.journal;

/**
 * Ways to get a journal wrong, built in so that tests can plant them and see that they are found: a test that finds nothing
 * proves nothing. {@link JournalConfig#mistakes()} is empty everywhere else. What each leads to on a real network file system is
 * in docs/journal-format.md.
 */
public enum JournalMistake {
    /** Groups are written and never forced. */
    FORCE_SKIPPED,
    /** A failed force is tried again, and the second one is believed. */
    SECOND_FORCE_TRUSTED,
    /** After a failed write or force the segment is opened and locked again, and written on. */
    REOPENED_AFTER_ERROR,
    /** {@code SYNC} answers once a group is written, before it is forced. */
    ANSWER_BEFORE_FORCE,
    /** Segments are not locked by their writer. */
    LOCK_SKIPPED,
    /** A new segment gets its name first and its lock later. */
    LOCK_AFTER_LINK,
    /** The current segment is read back through a second descriptor, whose closing drops the lock. */
    SECOND_DESCRIPTOR,
    /** Whoever seals believes {@code open} when it says that a segment does not exist. */
    NAME_LOOKED_UP,
    /** Segments are deleted as soon as they are rolled, released or not. */
    SEGMENT_DELETED_EARLY,
    /** Changes that belong together are spread over two groups. */
    BATCH_SPLIT
}
