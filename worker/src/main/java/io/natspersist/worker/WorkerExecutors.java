// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker;

import java.util.concurrent.Executor;

/**
 * Where a worker's blocking work runs, off its loop.
 *
 * @param journalIo writes and forces of the journal: two threads, so that {@code relaxed} writes while it forces
 * @param files everything about streams' files; several threads, so that one stuck file does not stop the others
 * @param probes what looks at other workers' journals: sealing, reading, listing, {@code release}
 */
public record WorkerExecutors(Executor journalIo, Executor files, Executor probes) {}
