// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker;

import java.util.concurrent.Executor;

/**
 * Where a worker's blocking work runs, off its loop.
 *
 * @param journalIo writes and forces of the journal: two threads, so that {@code relaxed} writes while it forces
 * @param files work on streams' files that somebody waits for; several threads, so that one stuck file does not stop the
 *        others
 * @param flushes work on streams' files that nobody waits for
 * @param probes what looks at other workers' journals: sealing, reading, listing, {@code release}
 */
public record WorkerExecutors(Executor journalIo, Executor files, Executor flushes, Executor probes) {

    /** With file work all in one place. */
    public WorkerExecutors(Executor journalIo, Executor files, Executor probes) {
        this(journalIo, files, files, probes);
    }
}
