// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.file;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The name of one of a stream's files: {@code <token>.<epoch><suffix>}, the epoch being that of the owner who gave it.
 *
 * @param token the last component of the stream's path, which has no dot
 */
record FileName(String token, long epoch, Part part) {

    /** Which of a stream's files it is. */
    enum Part {
        DATABASE(".db"),
        /** SQLite's log, while the database is open or was not closed; whoever locks it owns both. */
        LOG(".db-wal"),
        /** The same file while the database is closed, out of reach of what SQLite removes when it closes. */
        RESTING_LOG(".lock"),
        /** A database that is being made. */
        UNFINISHED(".new"),
        /** A damaged database, set aside. */
        CORRUPT(".corrupt"),
        /** Its log; with these two names sqlite3 opens both. */
        CORRUPT_LOG(".corrupt-wal");

        private final String suffix;

        Part(String suffix) {
            this.suffix = suffix;
        }

        private static @Nullable Part of(String suffix) {
            for (Part part : values()) {
                if (part.suffix.equals(suffix)) {
                    return part;
                }
            }
            return null;
        }
    }

    /** Empty where it is no such name. */
    static Optional<FileName> parse(String name) {
        int dot = name.indexOf('.');
        int suffix = name.indexOf('.', dot + 1);
        if (dot < 0 || suffix < 0) {
            return Optional.empty();
        }
        Part part = Part.of(name.substring(suffix));
        String epoch = name.substring(dot + 1, suffix);
        if (part == null || !epoch.matches("[0-9]{1,18}")) {
            return Optional.empty();
        }
        return Optional.of(new FileName(name.substring(0, dot), Long.parseLong(epoch), part));
    }

    FileName as(Part other) {
        return new FileName(token, epoch, other);
    }

    @Override
    public String toString() {
        return token + "." + epoch + part.suffix;
    }
}
