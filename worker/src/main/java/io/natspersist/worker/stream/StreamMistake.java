// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.stream;

/** Mistakes that can be planted, so that the simulation shows that it would find them. None outside its tests. */
public enum StreamMistake {
    /** Rows go into the file before their group was forced. */
    ROW_BEFORE_FORCE,
    /** The journal lets go of a new stream's changes before the catalog has the stream for good. */
    JOURNAL_BEFORE_CATALOG,
    /** What is written to a catalog is not forced before it is relied upon. */
    CATALOG_NOT_FORCED,
    /** A destroyed stream's file goes before its tombstone is written. */
    FILE_GONE_BEFORE_TOMBSTONE,
    /** Message ids are not looked at. */
    DEDUP_OFF,
    /** Now and then a change is not told to watchers, nor its number repeated. */
    NOTICE_LOST,
    /** A resume begins one change too late. */
    RESUME_OFF_BY_ONE,
    /** A slot's journal is reported as adopted and was not. */
    ADOPTION_SKIPPED,
    /** Where two owners gave out one change number, the lower epoch's stays. */
    HIGHER_EPOCH_IGNORED,
    /** A notice of many changes leaves one out, and those behind it get its number and the ones after. */
    PACKED_NOTICE_SKIPS,
    /** A large value is shown before its parts are forced. */
    PARTS_UNFORCED,
    /** A large value is shown though parts of it are missing. */
    PARTS_UNCHECKED,
    /** An eviction lets one message more go than the limit asks for. */
    EVICTS_ONE_TOO_MANY,
    /** Messages stay though their time is up. */
    EXPIRED_IS_KEPT,
    /** A stream that is opened again has forgotten its configuration. */
    CONFIG_FORGOTTEN,
    /** What a stream's configuration says of durability is not looked at. */
    DURABILITY_IGNORED,
    /** A file is removed though its cold copy lacks changes. */
    EVICTED_UNARCHIVED,
    /** A file is removed while parts of values are in it that nobody shows yet. */
    EVICTED_WITH_PARTS,
    /** A file comes back from the oldest copy that is kept, and nobody looks whether that is all. */
    OLDER_COPY_RESTORED
}
