// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.ship;

import io.natspersist.loop.EventLoop;
import io.natspersist.protocol.StreamName;
import io.natspersist.protocol.table.Incarnation;
import io.natspersist.worker.change.Change;
import io.natspersist.worker.journal.ColdLedger;
import io.natspersist.worker.journal.Durability;
import io.natspersist.worker.journal.JournalCounts;
import io.natspersist.worker.journal.JournalWriter;
import io.natspersist.worker.journal.OwnJournal;
import io.natspersist.worker.journal.Position;
import io.natspersist.worker.journal.Stretch;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The journal of a worker whose disk nobody else has: written there as any journal, and shipped to the bucket, where others find it.
 * Confined to the loop, but for {@link #read}.
 */
public final class ShippedJournal implements OwnJournal {

    private final JournalWriter local;
    private final Shipper shipper;
    private final Durability durability;
    private final long lagMillis;
    private final ColdLedger ledger = new ColdLedger();

    /**
     * @param local not opened yet
     * @param durability what counts as journaled where nothing else is asked for
     * @param sealed runs once a successor has ended the journal
     * @param fault takes what the worker's own disk does not do
     */
    public ShippedJournal(JournalWriter local, OwnDisk to, Incarnation self, EventLoop loop, Durability durability,
            RandomGenerator random, Runnable sealed, Consumer<Throwable> fault) {
        this.local = local;
        this.durability = durability;
        this.lagMillis = to.config().lagMillis();
        this.shipper = new Shipper(to, self, loop,
                stretch -> new ShippedObject.Piece(local.segmentHeader(stretch.segment()), stretch.from(),
                        local.read(stretch)),
                random, new Shipper.Listener() {
                    @Override
                    public void shipped(Stretch last) {
                        local.keepFrom(last.segment());
                    }

                    @Override
                    public void sealed() {
                        sealed.run();
                    }

                    @Override
                    public void failed(Throwable error) {
                        fault.accept(error);
                    }
                });
        local.tellForced(shipper::forced);
    }

    @Override
    public void open(Runnable opened) {
        local.open(() -> shipper.open(opened));
    }

    @Override
    public Position append(Change change) {
        Position at = local.append(change);
        ledger.appended(change.stream(), at);
        return at;
    }

    @Override
    public List<Position> append(List<? extends Change> together) {
        List<Position> at = local.append(together);
        for (int i = 0; i < at.size(); i++) {
            ledger.appended(together.get(i).stream(), at.get(i));
        }
        return at;
    }

    @Override
    public void noteApplied(StreamName stream, long change) {
        local.noteApplied(stream, change);
    }

    @Override
    public boolean isShipped() {
        return true;
    }

    @Override
    public ColdLedger ledger() {
        return ledger;
    }

    @Override
    public Position end() {
        return local.end();
    }

    @Override
    public void releaseShipped(Position before) {
        shipper.releaseBefore(before, local.lastGroup());
    }

    @Override
    public Durability durability() {
        return durability;
    }

    @Override
    public void whenDurable(Durability asked, Runnable then) {
        if (asked == Durability.SHIPPED) {
            shipper.whenShipped(local.lastGroup(), then);
            local.whenForced(() -> {});
        } else {
            local.whenDurable(asked, then);
        }
    }

    @Override
    public void whenForced(Runnable then) {
        local.whenForced(then);
    }

    @Override
    public void prove(Runnable then) {
        shipper.prove(then);
    }

    /** Who is sealed finds that out by shipping; and shipping shows others that this worker lives. */
    @Override
    public void checkRelease(Executor probes, Consumer<Boolean> found) {
        shipper.prove(() -> found.accept(false));
    }

    @Override
    public void release(Position position) {
        local.release(position);
    }

    @Override
    public boolean isHeldUpBy(Position position) {
        return local.isHeldUpBy(position);
    }

    @Override
    public Change read(Position position) throws IOException {
        return local.read(position);
    }

    @Override
    public void close(Runnable closed) {
        whenDurable(Durability.SHIPPED, () -> {
            shipper.close();
            local.close(closed);
        });
    }

    @Override
    public long bytes() {
        return local.bytes();
    }

    @Override
    public boolean spaceLow() {
        return local.spaceLow();
    }

    @Override
    public @Nullable String behind() {
        long millis = shipper.unshippedMillis();
        String problem = shipper.problem();
        return millis <= lagMillis
                ? null
                : "changes have waited for " + millis / 1_000 + " s to be shipped"
                        + (problem == null ? "" : ": " + problem);
    }

    @Override
    public long oldestUnforcedMillis() {
        return local.oldestUnforcedMillis();
    }

    @Override
    public long forcedGroups() {
        return local.forcedGroups();
    }

    @Override
    public JournalCounts counts() {
        return local.counts();
    }

    /** How the shipping stands. */
    public ShipCounts shipped() {
        return shipper.counts();
    }
}
