// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.file;

/** The tables of a slot's catalog. They are documented in docs/schema.md. */
final class CatalogSchema {

    /** "Prsc": what {@code PRAGMA application_id} says. */
    static final int APPLICATION_ID = 0x50727363;

    static final int VERSION = 2;

    /** The one before it, which {@link #UPGRADE} makes this one. */
    static final int VERSION_WITHOUT_COPIES = 1;

    static final int PAGE_SIZE = 4096;

    static final String TABLES = """
            -- The slot's streams, and those that were destroyed.
            CREATE TABLE streams (
                name      TEXT NOT NULL,
                change    INTEGER NOT NULL, -- its last one; this and what follows as of when the entry was written
                last_seq  INTEGER NOT NULL, -- the highest ever assigned
                messages  INTEGER NOT NULL,
                bytes     INTEGER NOT NULL,
                destroyed INTEGER,          -- when, ms since the epoch; null: it is there
                epoch     INTEGER,          -- destroyed or cold: of the owner that removed its file
                epochs    TEXT,             -- destroyed: a JSON array: epoch, first change, epoch, first change, ...
                used      INTEGER,          -- when somebody last used it, ms since the epoch; null: nobody archived then
                archived  INTEGER,          -- the last change that its cold copy holds; null: it has none
                archived_epoch INTEGER,     -- of the owner that decided that change
                -- 1: its file was removed, and the cold copy holds all of it; 2: the same, but the file may be there, on its way out or in
                cold      INTEGER NOT NULL DEFAULT 0
            );
            -- In the order of the names' tokens.
            CREATE UNIQUE INDEX streams_order ON streams (replace(name, '.', char(1)));
            -- With changes that its copy lacks; only where somebody archives.
            CREATE INDEX streams_unarchived ON streams (used)
                WHERE used IS NOT NULL AND destroyed IS NULL AND cold = 0 AND archived IS NOT change;
            CREATE INDEX streams_evictable ON streams (used)
                WHERE used IS NOT NULL AND destroyed IS NULL AND cold = 0 AND archived IS change;
            CREATE INDEX streams_left ON streams (used) WHERE cold = 2;
            -- Whose copies are to be deleted.
            CREATE INDEX streams_copies_left ON streams (destroyed) WHERE destroyed IS NOT NULL AND archived IS NOT NULL;

            -- Message ids used shortly before their stream was destroyed.
            CREATE TABLE ids (
                name   TEXT NOT NULL,
                change INTEGER NOT NULL,
                id     TEXT NOT NULL,
                seq    INTEGER NOT NULL,    -- 0: it was not a set
                at     INTEGER NOT NULL,    -- ms since the epoch
                PRIMARY KEY (name, change)
            ) WITHOUT ROWID;
            """;

    static final String UPGRADE = """
            ALTER TABLE streams ADD COLUMN used INTEGER;
            ALTER TABLE streams ADD COLUMN archived INTEGER;
            ALTER TABLE streams ADD COLUMN archived_epoch INTEGER;
            ALTER TABLE streams ADD COLUMN cold INTEGER NOT NULL DEFAULT 0;
            CREATE INDEX streams_unarchived ON streams (used)
                WHERE used IS NOT NULL AND destroyed IS NULL AND cold = 0 AND archived IS NOT change;
            CREATE INDEX streams_evictable ON streams (used)
                WHERE used IS NOT NULL AND destroyed IS NULL AND cold = 0 AND archived IS change;
            CREATE INDEX streams_left ON streams (used) WHERE cold = 2;
            CREATE INDEX streams_copies_left ON streams (destroyed) WHERE destroyed IS NOT NULL AND archived IS NOT NULL;
            PRAGMA user_version=2;
            """;

    private CatalogSchema() {}
}
