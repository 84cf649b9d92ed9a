// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.journal;

import io.natspersist.loop.EventLoop;
import io.natspersist.protocol.StreamName;
import io.natspersist.protocol.table.Incarnation;
import io.natspersist.worker.change.Change;
import io.natspersist.worker.disk.Disk;
import java.io.IOException;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/**
 * Writes one worker's journal. Whatever is appended while a group is on its way to the volume gathers in the next one. Confined
 * to the loop, but for {@link #read}.
 *
 * <p>The first error of a write, force, lock or link is final: it goes to the fault handler, once, on the loop, and nothing
 * completes after it.
 */
public final class JournalWriter {

    private long calls;

    /**
     * @param io for everything that blocks; with two threads, {@code RELAXED} writes while it forces
     */
    public JournalWriter(Disk disk, Incarnation id, EventLoop loop, Executor io, JournalConfig config,
            Consumer<Throwable> fault) {
    }

    /** Makes the journal's folder and its first segment, locked and forced; then {@code opened}. Called once. */
    public void open(Runnable opened) {
        calls++;
        throw new UnsupportedOperationException("not yet");
    }

    /** Adds a change to the group that gathers. */
    public Position append(Change change) {
        calls++;
        throw new UnsupportedOperationException("not yet");
    }

    /** Notes that the stream's file holds everything up to this change, forced: who adopts this journal skips that. */
    public void noteApplied(StreamName stream, long change) {
        calls++;
        throw new UnsupportedOperationException("not yet");
    }

    /**
     * Runs {@code then} once everything appended so far is as durable as configured; at once where it is already. In the order of
     * the calls.
     */
    public void whenDurable(Runnable then) {
        calls++;
        throw new UnsupportedOperationException("not yet");
    }

    /** The same, but forced in either mode; starts a force where one is needed. */
    public void whenForced(Runnable then) {
        calls++;
        throw new UnsupportedOperationException("not yet");
    }

    /** Writes and forces a new group, empty if need be, which proves that the lock is still held; then {@code then}. */
    public void prove(Runnable then) {
        calls++;
        throw new UnsupportedOperationException("not yet");
    }

    /**
     * The entry is needed no longer: its change is in a synced file, or was copied forward. A segment without needed entries is
     * deleted, oldest first.
     */
    public void release(Position position) {
        calls++;
        throw new UnsupportedOperationException("not yet");
    }

    /** Reads back an entry that is durable and not released. Blocking; from any thread. */
    public Change read(Position position) throws IOException {
        calls++;
        throw new UnsupportedOperationException("not yet");
    }

    /** What the journal takes on the volume, with what is still to be written. */
    public long bytes() {
        calls++;
        throw new UnsupportedOperationException("not yet");
    }

    /** What is appended and not yet written, in memory. Grows while the volume stalls: its owner must push back. */
    public long unwrittenBytes() {
        calls++;
        throw new UnsupportedOperationException("not yet");
    }

    /** For how long the oldest change that is not forced has been waiting, ms; 0: there is none. */
    public long oldestUnforcedMillis() {
        calls++;
        throw new UnsupportedOperationException("not yet");
    }

    /** How many groups were forced. */
    public long forcedGroups() {
        calls++;
        throw new UnsupportedOperationException("not yet");
    }

    /** Whether the volume had less free space than the reserve when last asked, once a second. */
    public boolean spaceLow() {
        calls++;
        throw new UnsupportedOperationException("not yet");
    }

    /** Looks, on {@code probes}, whether a successor has told this worker to halt; then tells {@code found} on the loop. */
    public void checkRelease(Executor probes, Consumer<Boolean> found) {
        calls++;
        throw new UnsupportedOperationException("not yet");
    }

    /** Forces what there is, lets go of the journal, then {@code closed}. Nothing may be appended any more. */
    public void close(Runnable closed) {
        calls++;
        throw new UnsupportedOperationException("not yet");
    }
}
