// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.ship;

import io.natspersist.protocol.StreamName;
import io.natspersist.protocol.table.Incarnation;
import io.natspersist.simulation.VirtualTime;
import io.natspersist.transport.Headers;
import io.natspersist.worker.change.Change;
import io.natspersist.worker.cold.MemoryObjectStore;
import io.natspersist.worker.cold.ObjectStore;
import io.natspersist.worker.disk.FakeDisk;
import io.natspersist.worker.journal.Durability;
import io.natspersist.worker.journal.JournalConfig;
import io.natspersist.worker.journal.JournalWriter;
import io.natspersist.worker.journal.Position;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** One journal that is shipped, in virtual time, from a disk that loses what was not forced. */
final class ShippingRun {

    static final Incarnation ID = new Incarnation("w0", 7);
    private static final StreamName STREAM = new StreamName("a.b");

    final VirtualTime time;
    final FakeDisk disk;
    final MemoryObjectStore bucket = new MemoryObjectStore();
    final VirtualTime.Node node;
    final SplittableRandom random;
    final ShippedJournal journal;
    final ShippedJournals journals;
    final List<Long> shipped = new ArrayList<>();
    final List<Position> positions = new ArrayList<>();
    final List<Throwable> faults = new ArrayList<>();
    boolean sealed;
    boolean opened;

    ShippingRun(long seed) {
        this(seed, null);
    }

    /** @param store what stands between the journal and the bucket; null: nothing */
    ShippingRun(long seed, java.util.function.@org.jspecify.annotations.Nullable UnaryOperator<ObjectStore> store) {
        time = new VirtualTime(seed);
        disk = new FakeDisk(seed, time::millis);
        random = new SplittableRandom(seed);
        node = time.node("w0");
        JournalWriter local = new JournalWriter(disk.mount("w0"), ID, node.loop(), node.executor("journal", 2),
                JournalConfig.DEFAULT.withSegmentBytes(600).withSpace(1 << 20, 0), faults::add);
        journal = new ShippedJournal(local,
                new OwnDisk(store == null ? bucket : store.apply(bucket), new ShipConfig(1_000, 10_000),
                        node.executor("ship", 1), Runnable::run),
                ID, node.loop(), Durability.SYNC, new SplittableRandom(seed + 1), () -> sealed = true, faults::add);
        journals = new ShippedJournals(bucket, Runnable::run, new SplittableRandom(seed + 2), time::nanos);
    }

    ShippingRun open() {
        onLoop(() -> journal.open(() -> opened = true));
        time.runUntil(() -> opened || sealed || !faults.isEmpty(), 30_000);
        return this;
    }

    void onLoop(Runnable task) {
        node.loop().execute(task);
        time.runFor(1);
    }

    /** Appends the next change, on the loop. */
    void append(int valueBytes) {
        long number = positions.size() + 1;
        positions.add(journal.append(new Change.Set(STREAM, 3, number, 1_000 + number, number, 2_000 + number, 0, null,
                "id" + number, Headers.NONE, new byte[valueBytes])));
        journal.whenDurable(Durability.SHIPPED, () -> shipped.add(number));
    }

    /** Appends the next change and leaves it to the interval. */
    void appendQuietly() {
        long number = positions.size() + 1;
        positions.add(journal.append(new Change.Set(STREAM, 3, number, 1_000 + number, number, 2_000 + number, 0, null,
                null, Headers.NONE, new byte[20])));
    }

    /** What a successor finds, the numbers of changes in order. */
    List<Long> readBySuccessor() throws IOException {
        journals.seal(ID, true);
        List<Long> found = new ArrayList<>();
        journals.read(ID, change -> found.add(change.number()));
        return found;
    }

    List<Long> objects() {
        return bucket.keys().stream().filter(key -> key.startsWith("journals/w0.7/")).map(Keys::number).toList();
    }
}
