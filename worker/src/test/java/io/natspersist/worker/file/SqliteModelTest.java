// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.file;

import static io.natspersist.worker.file.Changes.STREAM;
import static io.natspersist.worker.file.StreamFilesContract.SLOT;
import static org.assertj.core.api.Assertions.assertThat;

import io.natspersist.protocol.Crc32c;
import io.natspersist.protocol.StreamConfig;
import io.natspersist.transport.Headers;
import io.natspersist.worker.change.Change;
import io.natspersist.worker.change.LargeValue;
import io.natspersist.worker.change.Message;
import io.natspersist.worker.file.StreamFile.Expiring;
import io.natspersist.worker.file.StreamFile.Part;
import io.natspersist.worker.file.StreamFile.Range;
import io.natspersist.worker.file.StreamFile.Uploaded;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Random changes in random batches, the file compared with the model after each and after being opened again. */
class SqliteModelTest {
    private static final StreamFileLimits LIMITS = new StreamFileLimits(12, 1_500, 500);
    private static final long ALL = Long.MAX_VALUE;

    @TempDir
    Path root;

    private final MemoryStream model = new MemoryStream(LIMITS);
    private long epoch = 1;
    private final Changes changes = new Changes(epoch);

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void theFileHoldsWhatTheModelHolds(long seed) throws IOException {
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        StreamFiles files = new SqliteStreamFiles(root, LIMITS);
        StreamFile file = files.create(STREAM, SLOT, epoch);
        for (int step = 0; step < 60; step++) {
            stageOrClean(file, random);
            file.apply(batch(random));
            compare(file, random);
            int end = random.nextInt(4);
            if (end == 0) {
                file.close();
            } else if (end == 1) {
                file.abandon();
            } else if (end == 2) {
                file.sync();
                continue;
            } else {
                continue;
            }
            if (random.nextBoolean()) {
                changes.epoch(++epoch);
            }
            files = random.nextBoolean() ? files : new SqliteStreamFiles(root, LIMITS);
            file = StreamFilesContract.opened(files, epoch);
            compare(file, random);
        }
        file.close();
    }

    private void stageOrClean(StreamFile file, Random random) {
        for (int i = random.nextInt(4); i > 0; i--) {
            byte[] data = new byte[1 + random.nextInt(3_000)];
            random.nextBytes(data);
            String upload = upload(random);
            int part = 1 + random.nextInt(3);
            long now = changes.later(1).now();
            assertThat(file.stage(upload, part, data, Crc32c.of(data), now))
                    .isEqualTo(model.uploads().stage(upload, part, new Part(data, Crc32c.of(data)), now));
        }
        if (random.nextInt(4) == 0) {
            long since = changes.now() - random.nextInt(200);
            Set<String> keep = Set.of(upload(random));
            long bytes = random.nextInt(5_000);
            file.clean(since, keep, bytes);
            model.uploads().clean(since, keep, bytes);
        }
    }

    private static String upload(Random random) {
        return "u" + random.nextInt(4);
    }

    /** A set of a large value whose parts are there, if they are. */
    private Change large(Random random) {
        String id = upload(random);
        Uploaded there = model.uploads().upload(id, 0);
        Change.Set set = changes.set(random.nextBoolean() ? key(random) : null, id(random), null);
        return !there.open() || there.parts() == 0 || there.firstMissing() <= there.parts()
                ? set
                : new Change.Set(set.stream(), set.epoch(), set.number(), set.decidedAt(), set.seq(), set.time(),
                        set.expires(), set.key(), set.msgId(), set.headers(), null,
                        new LargeValue(id, there.size(), there.parts(), there.crc32c()));
    }

    private List<Change> batch(Random random) {
        List<Change> batch = new ArrayList<>();
        for (int i = random.nextInt(6); i >= 0; i--) {
            changes.later(random.nextInt(40));
            Change next = next(random);
            model.applyOne(next);
            batch.add(next);
        }
        model.endBatch(batch.getLast().decidedAt());
        return batch;
    }

    private Change next(Random random) {
        List<Message> live = model.read(Range.seqs(1, ALL), 1000, ALL).messages();
        return switch (random.nextInt(16)) {
            case 12, 13 -> Changes.expiring(changes.now() + random.nextInt(50),
                    changes.set(random.nextBoolean() ? key(random) : null, "soon"));
            case 14 -> byItself(random);
            case 15 -> changes.configure(random.nextBoolean()
                    ? StreamConfig.NONE
                    : StreamConfig.NONE.withMaxMsgs(1 + random.nextLong(9)).withTtl(50L), id(random));
            case 10, 11 -> large(random);
            case 0, 1, 2 -> changes.set(key(random), id(random), "v".repeat(random.nextInt(40)));
            case 3, 4 -> changes.set(null, random.nextInt(5) == 0 ? null : "x".repeat(random.nextInt(600)));
            case 5 -> changes.at(1 + random.nextLong(changes.seq() + 3), random.nextBoolean() ? key(random) : null,
                    id(random),
                    Headers.of("h", "" + random.nextInt()), new byte[random.nextInt(3)]);
            case 6, 7 -> live.isEmpty() ? changes.set("x") : delete(random, live);
            case 8 -> random.nextInt(3) > 0
                    ? changes.set(key(random), "y")
                    : changes.deleteAll(random.nextLong(changes.seq() + 1), id(random));
            default -> changes.set("key", "again");
        };
    }

    private Change delete(Random random, List<Message> live) {
        Message one = live.get(random.nextInt(live.size()));
        Message other = live.get(random.nextInt(live.size()));
        return one.key() != null
                ? changes.deleteKey(one.key(), one.seq(), "d" + random.nextInt())
                : one.seq() == other.seq() ? changes.delete(one.seq()) : changes.delete(other.seq(), one.seq());
    }

    /** What a limit, or its time, lets go. */
    private Change byItself(Random random) {
        List<Expiring> soonest = model.expiring(1 + random.nextInt(3));
        return soonest.isEmpty() || random.nextBoolean()
                ? changes.evict(model.evictable(random.nextInt(12), random.nextInt(2_000), 0).upToSeq())
                : changes.expire(soonest.stream().map(Expiring::seq).toArray(Long[]::new));
    }

    private static String key(Random random) {
        return "k" + random.nextInt(6);
    }

    private static @Nullable String id(Random random) {
        return random.nextBoolean() ? null : "i" + random.nextInt(20);
    }

    private void compare(StreamFile file, Random random) {
        assertThat(file.state()).isEqualTo(model.state());
        long change = model.state().change();
        long from = random.nextLong(model.state().lastSeq() + 2);
        int limit = 1 + random.nextInt(10);
        long bytes = random.nextInt(1000);
        for (long after = Math.max(0, change - 30); after <= change; after++) {
            assertSame(file.changesAfter(after, limit, bytes), model.changesAfter(after, limit, bytes));
        }
        assertSame(file.changesAfter(0, 1000, ALL), model.changesAfter(0, 1000, ALL));
        assertSame(file.read(Range.seqs(1, ALL), 1000, ALL).messages(),
                model.read(Range.seqs(1, ALL), 1000, ALL).messages());
        assertSame(file.read(Range.seqs(from, from + 5), limit, bytes).messages(),
                model.read(Range.seqs(from, from + 5), limit, bytes).messages());
        assertSame(file.get(from), model.get(from));
        assertSame(file.get("k1"), model.get("k1"));
        assertSame(file.last(), model.last());
        assertSame(file.firstSince(changes.now() - 30), model.firstSince(changes.now() - 30));
        assertThat(file.count(from)).isEqualTo(model.count(from));
        assertThat(file.keys(null, 1000)).isEqualTo(model.keys(null, 1000));
        assertThat(file.keys("k1", limit)).isEqualTo(model.keys("k1", limit));
        assertThat(file.expiring(limit)).isEqualTo(model.expiring(limit));
        long oldest = changes.now() - random.nextInt(500);
        assertThat(file.evictable(limit, ALL, 0)).isEqualTo(model.evictable(limit, ALL, 0));
        assertThat(file.evictable(ALL, bytes, 0)).isEqualTo(model.evictable(ALL, bytes, 0));
        assertThat(file.evictable(ALL, ALL, oldest)).isEqualTo(model.evictable(ALL, ALL, oldest));
        compareUploads(file);
        long young = changes.now() - LIMITS.idMillis();
        assertThat(file.rememberedIds(young)).containsExactlyInAnyOrderElementsOf(model.rememberedIds(young));
        for (String id : model.rememberedIds(young)) {
            assertThat(file.remembered(id, young)).isEqualTo(model.remembered(id, young));
        }
    }

    private void compareUploads(StreamFile file) {
        assertThat(file.oldestUnused()).isEqualTo(model.uploads().oldestUnused());
        for (int u = 0; u < 4; u++) {
            String id = "u" + u;
            assertThat(file.upload(id, 0)).isEqualTo(model.uploads().upload(id, 0));
            for (int i = 1; i <= 3; i++) {
                assertThat(file.part(id, i).map(p -> Arrays.hashCode(p.data()) + " " + p.crc32c()))
                        .isEqualTo(model.uploads().part(id, i).map(p -> Arrays.hashCode(p.data()) + " " + p.crc32c()));
            }
        }
    }

    private static void assertSame(Object actual, Object expected) {
        assertThat(text(actual)).isEqualTo(text(expected));
    }

    /** Records with their arrays' contents. */
    private static String text(Object value) {
        return switch (value) {
            case Optional<?> optional -> optional.map(SqliteModelTest::text).orElse("none");
            case List<?> list -> list.stream().map(SqliteModelTest::text).toList().toString();
            case Change.Set set -> set.epoch() + " " + set.decidedAt() + " " + text(set.message());
            case Message m ->
                m.seq() + " " + m.time() + " " + m.expires() + " " + m.change() + " " + m.key() + " " + m.msgId() + " "
                        + m.headers()
                        + " " + Arrays.toString(m.value()) + " " + m.large();
            default -> value.toString();
        };
    }
}
