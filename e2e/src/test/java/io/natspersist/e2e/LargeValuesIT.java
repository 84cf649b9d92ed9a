// SPDX-License-Identifier: Apache-2.0
package io.natspersist.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.natspersist.client.Change;
import io.natspersist.client.ClientConfig;
import io.natspersist.client.Entry;
import io.natspersist.client.KeyValue;
import io.natspersist.client.PersistClient;
import io.natspersist.client.PersistException;
import io.natspersist.client.SetOptions;
import io.natspersist.client.StreamHandle;
import io.natspersist.client.StreamMessage;
import io.natspersist.client.ValueReader;
import io.natspersist.client.ValueWriter;
import io.natspersist.client.Watch;
import io.natspersist.client.WatchFrom;
import io.natspersist.protocol.ErrorCode;
import io.natspersist.transport.nats.NatsOptions;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Values of every size, through real workers of 256 MB. {@code -De2e.large.mib=1024} makes the largest one a gigabyte, {@code
 * -De2e.seed=N} chooses when workers die, {@code -De2e.large.calm=true} lets them live.
 */
class LargeValuesIT {

    private static final long LARGEST_BYTES = Long.getLong("e2e.large.mib", 24) << 20;
    private static final boolean CALM = Boolean.getBoolean("e2e.large.calm");
    private static final int MAX_PAYLOAD = 1 << 20;

    private static PersistClient client(Cluster cluster, int partBytes) {
        return PersistClient.connect(new NatsOptions(cluster.nats.url(), "test"),
                ClientConfig.ofSubjects(Cluster.SUBJECTS).withPartBytes(partBytes));
    }

    private static byte[] random(int size) {
        byte[] bytes = new byte[size];
        new Random(size).nextBytes(bytes);
        return bytes;
    }

    @Test
    @Timeout(120)
    void valuesOfEverySizeComeBackAsTheyWere() throws IOException {
        List<Integer> sizes = List.of(0, 1, MAX_PAYLOAD - 2_049, MAX_PAYLOAD - 2_048, MAX_PAYLOAD - 2_047,
                MAX_PAYLOAD - 1, MAX_PAYLOAD, MAX_PAYLOAD + 1, 3 * MAX_PAYLOAD + 17);
        try (Cluster cluster = Cluster.of("w0")) {
            StreamHandle stream = cluster.client().stream("sizes");
            KeyValue store = cluster.client().kv("store");
            List<StreamMessage> told = Collections.synchronizedList(new ArrayList<>());
            try (Watch watch = stream.watch(WatchFrom.now(), change -> told.add(((Change.Set) change).message()))) {
                watch.ready().join();
                for (int size : sizes) {
                    byte[] value = random(size);
                    long seq = stream.set(value).seq();
                    assertThat(stream.get(seq).orElseThrow().value()).as("%d bytes", size).isEqualTo(value);
                    store.put("at once " + size, value);
                    store.put("streamed " + size, new java.io.ByteArrayInputStream(value));
                    assertThat(store.get("streamed " + size).orElseThrow()).extracting(Entry::value).isEqualTo(value);
                    try (ValueReader reader = store.openValue("at once " + size).orElseThrow()) {
                        assertThat(reader.readAllBytes()).as("%d bytes", size).isEqualTo(value);
                    }
                }
                await().until(() -> told.size() == sizes.size());
            }
            assertThat(told).extracting(m -> (int) m.size()).isEqualTo(sizes);
            assertThat(stream.messages()).isEqualTo(told);
            assertThat(told).filteredOn(StreamMessage::large).hasSize(5).allSatisfy(message -> {
                try (ValueReader reader = stream.openValue(message).orElseThrow()) {
                    assertThat(reader.readAllBytes()).isEqualTo(random((int) message.size()));
                }
            });
            assertThat(stream.info().bytes()).isEqualTo(sizes.stream().mapToLong(size -> size).sum());
        }
    }

    @Test
    @Timeout(120)
    void aWorkerMayDieBetweenAnyTwoParts() throws IOException {
        int parts = 3;
        int partBytes = 50_000;
        byte[] value = random(parts * partBytes - 5);
        try (Cluster cluster = Cluster.of("w0", "w1"); PersistClient client = client(cluster, partBytes)) {
            StreamHandle stream = client.stream("between.parts");
            for (int written = 1; written < parts; written++) {
                try (ValueWriter writer = stream.newValue(SetOptions.key("k" + written))) {
                    writer.write(value, 0, written * partBytes);
                    replaceOwner(cluster, stream);
                    writer.write(value, written * partBytes, value.length - written * partBytes);
                    assertThat(stream.get("k" + written)).isEmpty();
                    writer.commit();
                }
                try (ValueReader reader = stream.openValue("k" + written).orElseThrow()) {
                    byte[] first = reader.readNBytes(written * partBytes);
                    replaceOwner(cluster, stream);
                    assertThat(first).isEqualTo(java.util.Arrays.copyOf(value, first.length));
                    assertThat(reader.readAllBytes())
                            .isEqualTo(java.util.Arrays.copyOfRange(value, first.length, value.length));
                }
            }
            assertThat(stream.messages().map(StreamMessage::size)).containsOnly((long) value.length).hasSize(parts - 1);
        }
    }

    private static void replaceOwner(Cluster cluster, StreamHandle stream) {
        String owner = stream.locate().owner().replaceAll("\\..*", "");
        cluster.kill(owner);
        cluster.start(owner);
        cluster.awaitSettled(2);
    }

    @Test
    @Timeout(120)
    void whatIsNotCommittedOrReplacedMeanwhileIsNoValue() throws IOException {
        try (Cluster cluster = Cluster.of("w0"); PersistClient client = client(cluster, 1_000)) {
            StreamHandle stream = client.stream("given.up");
            try (ValueWriter writer = stream.newValue(SetOptions.NONE)) {
                writer.write(random(10_000));
            }
            InputStream breaks = new InputStream() {
                private int left = 5_000;

                @Override
                public int read() throws IOException {
                    if (left == 0) {
                        throw new IOException("the source broke");
                    }
                    left--;
                    return 1;
                }
            };
            assertThatThrownBy(() -> stream.set(SetOptions.NONE, breaks)).hasMessage("the source broke");
            assertThat(stream.info().lastSeq()).isZero();

            stream.set(SetOptions.key("k"), random(10_000));
            try (ValueReader reader = stream.openValue("k").orElseThrow()) {
                assertThat(reader.readNBytes(1_500)).hasSize(1_500);
                stream.set(SetOptions.key("k"), random(9_000));
                assertThatThrownBy(reader::readAllBytes).isInstanceOf(IOException.class).cause()
                        .isInstanceOfSatisfying(PersistException.class,
                                e -> assertThat(e.is(ErrorCode.NOT_FOUND)).isTrue());
            }
            assertThat(stream.get("k").orElseThrow().value()).isEqualTo(random(9_000));
            assertThatThrownBy(
                    () -> stream.set(SetOptions.key("k").withExpectSeq(1), random(8_000)))
                    .isInstanceOfSatisfying(PersistException.class,
                            e -> assertThat(e.is(ErrorCode.WRONG_KEY_SEQ)).isTrue());
        }
    }

    /** The value is what a seeded source gives: it is compared as it comes, and never in memory as a whole. */
    @Test
    @Timeout(900)
    void aValueLargerThanAnyHeapPassesThroughWorkersThatDie() throws IOException {
        long seed = Long.getLong("e2e.seed", System.nanoTime());
        System.out.println("seed " + seed);
        SplittableRandom random = new SplittableRandom(seed);
        try (Cluster cluster = Cluster.of("w0", "w1")) {
            KeyValue store = cluster.client().kv("largest");
            try (Deaths deaths = new Deaths(cluster, store, random.split())) {
                long began = System.nanoTime();
                store.put("k", new Pattern(seed));
                print("set", began, deaths);
                began = System.nanoTime();
                try (ValueReader reader = store.openValue("k").orElseThrow()) {
                    assertThat(reader.size()).isEqualTo(LARGEST_BYTES);
                    assertSame(reader, new Pattern(seed));
                }
                print("get", began, deaths);
            }
            long bytes = volumeBytes(cluster);
            store.put("k", new Pattern(seed + 1));
            store.put("k", new Pattern(seed + 2));
            await().atMost(60, TimeUnit.SECONDS).until(() -> store.async().stream().info().join().messages() == 1);
            System.out.printf("on the volume: %d MiB, after two overwrites %d MiB%n", bytes >> 20,
                    volumeBytes(cluster) >> 20);
            assertThat(store.delete("k")).isTrue();
            store.put("small", new byte[1]);
            assertThat(store.get("small")).isPresent();
        }
    }

    private static void print(String what, long began, Deaths deaths) {
        double seconds = (System.nanoTime() - began) / 1e9;
        System.out.printf("%s of %d MiB: %.1f s, %.0f MB/s, %d workers died meanwhile, at most %d MiB resident%n", what,
                LARGEST_BYTES >> 20, seconds, LARGEST_BYTES / 1e6 / seconds, deaths.taken(), deaths.mostResidentMiB);
    }

    private static long volumeBytes(Cluster cluster) throws IOException {
        try (Stream<Path> files = Files.walk(cluster.volume().resolve("streams"))) {
            return files.mapToLong(file -> file.toFile().isFile() ? file.toFile().length() : 0).sum();
        }
    }

    private static void assertSame(InputStream actual, InputStream expected) throws IOException {
        byte[] a = new byte[1 << 16];
        byte[] b = new byte[1 << 16];
        for (long at = 0;; at += a.length) {
            int n = actual.readNBytes(a, 0, a.length);
            int m = expected.readNBytes(b, 0, b.length);
            assertThat(n).as("bytes from %d on", at).isEqualTo(m);
            if (n == 0) {
                return;
            }
            assertThat(java.util.Arrays.equals(a, 0, n, b, 0, m)).as("the bytes from %d on", at).isTrue();
        }
    }

    /** So many bytes, that follow from a seed. */
    private static final class Pattern extends InputStream {
        private final Random random;
        private long left = LARGEST_BYTES;

        Pattern(long seed) {
            this.random = new Random(seed);
        }

        @Override
        public int read() {
            throw new UnsupportedOperationException();
        }

        @Override
        public int read(byte[] bytes, int offset, int length) {
            if (left == 0) {
                return -1;
            }
            int some = (int) Math.min(left, Math.min(length, 4_096));
            byte[] next = new byte[some];
            random.nextBytes(next);
            System.arraycopy(next, 0, bytes, offset, some);
            left -= some;
            return some;
        }
    }

    /** Kills the worker that serves the stream, now and then; and sees how much memory workers take. */
    private static final class Deaths implements AutoCloseable {
        private final Cluster cluster;
        private final KeyValue store;
        private final SplittableRandom random;
        private final Thread thread = Thread.ofPlatform().unstarted(this::run);
        private volatile boolean ended;
        private volatile int deaths;
        private volatile long mostResidentMiB;

        Deaths(Cluster cluster, KeyValue store, SplittableRandom random) {
            this.cluster = cluster;
            this.store = store;
            this.random = random;
            thread.start();
        }

        int taken() {
            return deaths;
        }

        private void run() {
            while (!ended) {
                long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(random.nextLong(200, 800));
                while (!ended && System.nanoTime() < until) {
                    mostResidentMiB = Math.max(mostResidentMiB, Math.max(resident("w0"), resident("w1")));
                    java.util.concurrent.locks.LockSupport.parkNanos(50_000_000);
                }
                if (!ended && !CALM) {
                    replaceOwner(cluster, store);
                }
            }
        }

        private long resident(String worker) {
            try {
                return cluster.worker(worker).residentMiB();
            } catch (UncheckedIOException itHasJustDied) {
                return 0;
            }
        }

        private void replaceOwner(Cluster among, KeyValue of) {
            String owner = of.async().stream().locate().join().owner().replaceAll("\\..*", "");
            among.kill(owner);
            deaths++;
            among.start(owner);
            among.awaitSettled(2);
        }

        @Override
        public void close() {
            ended = true;
            try {
                thread.join();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
