// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.file;

/** The tables of a slot's catalog. They are documented in docs/schema.md. */
final class CatalogSchema {

    /** "Prsc": what {@code PRAGMA application_id} says. */
    static final int APPLICATION_ID = 0x50727363;

    static final int VERSION = 1;

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
                epoch     INTEGER,          -- destroyed: of the owner that removed its file
                epochs    TEXT              -- destroyed: a JSON array: epoch, first change, epoch, first change, ...
            );
            -- In the order of the names' tokens.
            CREATE UNIQUE INDEX streams_order ON streams (replace(name, '.', char(1)));

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

    private CatalogSchema() {}
}
