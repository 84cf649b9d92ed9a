// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.file;

import io.natspersist.worker.file.FileName.Part;
import java.io.IOException;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * A stream's files by their names. A takeover renames the log and then the database, so one that was cut short leaves them
 * with different epochs: they are a pair all the same.
 */
record FoundFiles(List<FileName> names) {

    static FoundFiles of(Collection<String> names) {
        return new FoundFiles(names.stream().flatMap(n -> FileName.parse(n).stream()).toList());
    }

    /** The one of the highest epoch: what a fenced owner of a lower one made too late is never read. */
    Optional<FileName> database() {
        return highest(Part.DATABASE);
    }

    /**
     * The log of that database: the one of the same epoch, or else the one that a later owner had begun to take over. Where two
     * could be it nobody guesses.
     */
    Optional<FileName> log() throws IOException {
        List<FileName> logs = names.stream().filter(n -> n.part() == Part.LOG || n.part() == Part.RESTING_LOG).toList();
        long epoch = database().map(FileName::epoch).orElse(-1L);
        if (logs.stream().anyMatch(log -> log.epoch() == epoch)) {
            logs = logs.stream().filter(log -> log.epoch() == epoch).toList();
        }
        if (logs.size() > 1) {
            throw new IOException("more than one file could be the log: " + logs);
        }
        return logs.stream().findFirst();
    }

    /** Those that an owner of this epoch or a later one has named, and what was set aside. */
    FoundFiles since(long epoch) {
        return new FoundFiles(names.stream()
                .filter(n -> n.epoch() >= epoch || n.part() == Part.CORRUPT || n.part() == Part.CORRUPT_LOG)
                .toList());
    }

    boolean has(Part part) {
        return names.stream().anyMatch(n -> n.part() == part);
    }

    boolean has(FileName name) {
        return names.contains(name);
    }

    private Optional<FileName> highest(Part part) {
        return names.stream().filter(n -> n.part() == part).max(Comparator.comparingLong(FileName::epoch));
    }
}
