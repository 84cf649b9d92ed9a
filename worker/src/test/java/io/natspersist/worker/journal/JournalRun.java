// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.journal;

import static org.assertj.core.api.Assertions.assertThat;

import io.natspersist.protocol.StreamName;
import io.natspersist.protocol.table.Incarnation;
import io.natspersist.simulation.VirtualTime;
import io.natspersist.transport.Headers;
import io.natspersist.worker.change.Change;
import io.natspersist.worker.disk.FakeDisk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * One writer, on virtual time and a fake volume, doing a bit of everything, and what must hold of its journal whenever a successor
 * takes it over. The writer's node is {@code "x"}.
 */
final class JournalRun {

    static final Incarnation ID = new Incarnation("w0", 7);
    static final StreamName STREAM = new StreamName("a.b");
    /** Small segments, so that a few groups roll. */
    static final JournalConfig SMALL = JournalConfig.DEFAULT.withSegmentBytes(600).withSpace(1 << 20, 0);

    final VirtualTime time;
    final FakeDisk volume;
    final VirtualTime.Node node;
    final JournalWriter writer;
    final SplittableRandom random;
    final List<Throwable> faults = new ArrayList<>();
    final Map<Long, Position> positions = new HashMap<>();
    final Map<Long, Change> appended = new HashMap<>();
    /** In the order in which it was told. */
    final Set<Long> durable = new LinkedHashSet<>();
    final Set<Long> forced = new LinkedHashSet<>();
    final Set<Long> released = new HashSet<>();
    /** Numbers of changes that were appended together. */
    final List<List<Long>> batches = new ArrayList<>();
    boolean opened;
    boolean closed;
    private long last;

    JournalRun(long seed, JournalConfig config) {
        time = new VirtualTime(seed);
        volume = new FakeDisk(seed, time::millis);
        random = new SplittableRandom(seed);
        node = time.node("x");
        writer = new JournalWriter(volume.mount("x"), ID, node.loop(), node.executor("journal", 2), config,
                faults::add);
    }

    static Change.Set change(long number, int valueBytes) {
        return new Change.Set(STREAM, 3, number, 1000 + number, number, 2000 + number, 0, "key" + number % 3,
                "id" + number,
                Headers.NONE, new byte[valueBytes]);
    }

    JournalRun open() {
        node.loop().execute(() -> writer.open(() -> opened = true));
        assertThat(time.runUntil(() -> opened || !faults.isEmpty() || node.crashed(), 10_000)).isTrue();
        return this;
    }

    /** Appends one change; the loop's turn is the caller's. */
    long append(int valueBytes) {
        long number = ++last;
        Change.Set change = change(number, valueBytes);
        appended.put(number, change);
        positions.put(number, writer.append(change));
        writer.whenDurable(() -> durable.add(number));
        return number;
    }

    /** Appends changes that belong together. */
    private void appendBatch(int size) {
        List<Change.Set> together = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            together.add(change(++last, random.nextInt(150)));
        }
        List<Position> where = writer.append(together);
        List<Long> numbers = together.stream().map(Change.Set::number).toList();
        for (int i = 0; i < size; i++) {
            appended.put(numbers.get(i), together.get(i));
            positions.put(numbers.get(i), where.get(i));
        }
        batches.add(numbers);
        writer.whenDurable(() -> durable.addAll(numbers));
    }

    void onLoop(Runnable task) {
        node.loop().execute(task);
        time.runFor(1);
    }

    /** Bursts of changes, notes, proofs, releases, until {@code changes} were appended; then, half of the time, a clean close. */
    void work(int changes) {
        node.loop().execute(() -> writer.open(() -> {
            opened = true;
            workOn(changes);
        }));
        time.runUntil(() -> closed || !faults.isEmpty() || node.crashed(), 30_000);
    }

    private void workOn(int changes) {
        for (int i = random.nextInt(4); i >= 0; i--) {
            long number = append(random.nextInt(150));
            if (random.nextInt(3) == 0) {
                writer.whenForced(() -> forced.add(number));
            }
        }
        if (random.nextInt(4) == 0) {
            appendBatch(2 + random.nextInt(3));
        }
        if (random.nextInt(4) == 0) {
            writer.noteApplied(STREAM, Math.max(0, last - 5));
        }
        if (random.nextInt(4) == 0) {
            writer.prove(() -> {});
        }
        for (long number : List.copyOf(durable)) {
            if (number < last - 8 && released.add(number)) {
                writer.release(positions.get(number));
            }
        }
        if (last < changes) {
            node.loop().after(random.nextInt(30), () -> workOn(changes));
        } else if (random.nextBoolean()) {
            writer.close(() -> closed = true);
        } else {
            writer.whenForced(() -> closed = true);
        }
    }

    private void assertSame(Change change) {
        assertThat(bytes(change)).isEqualTo(bytes(appended.get(change.number())));
    }

    private static byte[] bytes(Change change) {
        byte[] bytes = new byte[EntryCodec.size(change)];
        EntryCodec.write(change, ByteBuffer.wrap(bytes));
        return bytes;
    }

    void readBack(long number) {
        try {
            assertSame(writer.read(positions.get(number)));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** What a successor reads, once the writer's lock is gone; fails unless everything that was promised holds. */
    List<Long> takeOver(String successor, JournalMistake... mistakes) {
        Sealing.Result sealed = pollSeal(successor, mistakes);
        if (sealed instanceof Sealing.Result.Gone) {
            assertThat(durable).as("acknowledged, but the journal is gone").isEmpty();
            return List.of();
        }
        List<Long> read = read(successor);
        checkRead(read);
        return read;
    }

    Sealing.Result pollSeal(String successor, JournalMistake... mistakes) {
        for (int i = 0; i < 100; i++) {
            Sealing.Result result = seal(successor, mistakes);
            if (!(result instanceof Sealing.Result.StillLocked)) {
                return result;
            }
            time.runFor(500);
        }
        throw new AssertionError("still locked after 50 s");
    }

    Sealing.Result seal(String successor, JournalMistake... mistakes) {
        try {
            return Sealing.seal(volume.mount(successor), ID, true, Set.of(mistakes));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    List<Long> read(String successor) {
        List<Long> read = new ArrayList<>();
        try {
            JournalReader.read(volume.mount(successor), ID, change -> {
                assertSame(change);
                read.add(change.number());
            });
        } catch (IOException e) {
            throw new AssertionError("read " + read + ", acknowledged " + durable, e);
        }
        return read;
    }

    /**
     * Everything acknowledged and not released is there; nothing twice; in order and, from the first on, without a gap; of what
     * belongs together all or nothing.
     */
    void checkRead(List<Long> read) {
        assertThat(read).isSorted().doesNotHaveDuplicates();
        if (!read.isEmpty()) {
            assertThat(read).hasSize((int) (read.getLast() - read.getFirst() + 1));
        }
        Set<Long> needed = new LinkedHashSet<>(durable);
        needed.addAll(forced);
        needed.removeAll(released);
        assertThat(read).as("what was acknowledged").containsAll(needed);
        assertThat(batches).as("what is acknowledged together")
                .allMatch(batch -> read.containsAll(batch) || batch.stream().noneMatch(read::contains));
    }
}
