// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.file;

import io.natspersist.protocol.StreamName;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * The tables of a stream's file. They are documented in docs/schema.md, and users read them: what is here moves only with
 * {@link #VERSION}.
 */
final class Schema {

    /** "Prst": what {@code PRAGMA application_id} says. */
    static final int APPLICATION_ID = 0x50727374;

    /** What {@code PRAGMA user_version} says. Files of a higher version are refused. */
    static final int VERSION = 1;

    /** Bytes of a page: small, as most streams are, and as a change touches one page in each of several tables. */
    static final int PAGE_SIZE = 1024;

    static final String TABLES = """
            -- What the stream holds.
            CREATE TABLE messages (
                seq     INTEGER PRIMARY KEY,
                time    INTEGER NOT NULL,    -- ms since the epoch
                expires INTEGER,             -- when it goes by itself, ms since the epoch; null: never
                change  INTEGER NOT NULL,    -- the number of the change that stored it
                decided INTEGER,             -- when its owner decided that, ms since the epoch; null: at "time"
                key     TEXT,
                msg_id  TEXT,
                headers TEXT,                -- a JSON array: name, value, name, value, ...; null: none
                size    INTEGER NOT NULL,    -- what it counts for: key, headers and value
                value   BLOB,                -- null: no value, or a large one
                zstd    INTEGER,             -- null: value is as it was set; else: it is a zstd frame of so many bytes
                large   TEXT                 -- of a value in parts: {"upload", "size", "parts", "crc32c"}; null: it is none
            );
            CREATE UNIQUE INDEX messages_key ON messages (key) WHERE key IS NOT NULL;
            CREATE UNIQUE INDEX messages_change ON messages (change);
            CREATE INDEX messages_expires ON messages (expires) WHERE expires IS NOT NULL;

            -- The changes above meta.log_floor that no row of messages represents: all but the sets of messages that are there.
            -- expire is a delete of messages whose time was up, evict a deleteAll by a limit.
            CREATE TABLE log (
                change  INTEGER PRIMARY KEY,
                op      TEXT NOT NULL CHECK (op IN ('set', 'delete', 'deleteAll', 'expire', 'evict', 'config',
                                                   'destroy')),
                seq     INTEGER,             -- of the message; deleteAll, evict, destroy: of the last one that went
                seqs    TEXT,                -- delete, expire: a JSON array of what went
                time    INTEGER,
                expires INTEGER,
                decided INTEGER,
                key     TEXT,
                msg_id  TEXT,
                headers TEXT,
                size    INTEGER NOT NULL,    -- what it counts for in meta.log_bytes
                value   BLOB,                -- config: the configuration as JSON text
                zstd    INTEGER,             -- as in messages
                large   TEXT                 -- as in messages; the parts may be gone
            );

            -- Message ids used lately.
            CREATE TABLE ids (
                change INTEGER PRIMARY KEY,
                id     TEXT NOT NULL UNIQUE,
                seq    INTEGER NOT NULL,     -- 0: it was not a set
                at     INTEGER NOT NULL      -- ms since the epoch
            );

            -- Each owner that changed the stream, with its first change.
            CREATE TABLE epochs (
                epoch        INTEGER PRIMARY KEY,
                first_change INTEGER NOT NULL
            );

            -- One row, or none: nothing was ever applied.
            CREATE TABLE meta (
                one         INTEGER PRIMARY KEY CHECK (one = 1),
                stream      TEXT NOT NULL,
                change      INTEGER NOT NULL, -- the last one applied
                last_seq    INTEGER NOT NULL, -- the highest ever assigned
                messages    INTEGER NOT NULL, -- how many there are
                bytes       INTEGER NOT NULL, -- the sum of messages.size
                log_floor   INTEGER NOT NULL, -- changes up to this one may be neither in messages nor in log
                log_changes INTEGER NOT NULL, -- rows in log
                log_bytes   INTEGER NOT NULL, -- the sum of log.size
                config      TEXT              -- what was configured last, JSON; null: nothing ever was
            );
            """;

    /** What a file has besides once the first part of a large value has come: most never have these pages. */
    static final String LARGE_VALUES = """
            -- Values that are too large for one message, and such as are on their way.
            CREATE TABLE uploads (
                upload TEXT PRIMARY KEY,
                at     INTEGER NOT NULL,     -- when a part last came, ms since the epoch; 0: the parts are to be deleted
                seq    INTEGER               -- of the message that has this value; null: none
            ) WITHOUT ROWID;
            CREATE INDEX uploads_unused ON uploads (at) WHERE seq IS NULL;

            -- The value is what these make, in the order of their numbers.
            CREATE TABLE parts (
                upload TEXT NOT NULL,
                part   INTEGER NOT NULL,     -- from 1
                crc32c INTEGER NOT NULL,     -- of data, as a signed number of 32 bits
                data   BLOB NOT NULL,
                UNIQUE (upload, part)
            );
            """;

    private static final NewDatabase.Content NOTHING = database -> {};

    private Schema() {}

    /** The bytes of a file without a row: cheaper to copy than to make anew for each stream. */
    static byte[] emptyFile() {
        return file(NOTHING);
    }

    /** The bytes of the file of a stream that was destroyed and is made anew. */
    static byte[] fileAfter(StreamName stream, Tombstone before) {
        return file(new Revival(stream, before));
    }

    /** A stream's database in memory; {@code before}: that of one that was destroyed and is made anew. */
    static Database inMemory(StreamName stream, @Nullable Tombstone before) throws SQLException {
        NewDatabase.Content content = before == null ? NOTHING : new Revival(stream, before);
        return Database.inMemory(PAGE_SIZE,
                empty -> NewDatabase.fill(empty, PAGE_SIZE, APPLICATION_ID, VERSION, TABLES, content));
    }

    private static byte[] file(NewDatabase.Content content) {
        return NewDatabase.bytes(PAGE_SIZE, APPLICATION_ID, VERSION, TABLES, content);
    }
}
