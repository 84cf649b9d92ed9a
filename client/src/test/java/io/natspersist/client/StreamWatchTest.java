// SPDX-License-Identifier: Apache-2.0
package io.natspersist.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.natspersist.simulation.LinkFaults;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class StreamWatchTest {

    private FakeCluster cluster = started(11);
    private PersistClient client = cluster.client("app", cluster.config());
    private final StrictListener listener = new StrictListener();

    @Test
    void aWatchFromTheBeginningTellsWhatIsThereAndThenWhatChanges() {
        AsyncStream stream = client.stream("a").async();
        for (int i = 1; i <= 10; i++) {
            set(stream, "v" + i);
        }
        Watch watch = ready(stream.watch(WatchFrom.beginning(), listener));
        assertThat(listener.messages).hasSize(10);
        assertThat(listener.changes).isEmpty();
        wait(stream.delete(List.of(3L)));
        set(stream, "v11");
        cluster.time.runFor(100);
        assertThat(listener.messages).isEqualTo(cluster.stream("a").model.messages());
        assertThat(listener.changes).hasSize(2);
        assertThat(watch.position()).isEqualTo(cluster.stream("a").model.position());
        assertThat(watch.stats()).isEqualTo(new WatchStats(2, 0, 0, 0, 0));
    }

    @Test
    void aWatchFromNowTellsOnlyWhatComes() {
        AsyncStream stream = client.stream("a").async();
        set(stream, "before");
        ready(stream.watch(WatchFrom.now(), listener));
        set(stream, "after");
        cluster.time.runFor(100);
        assertThat(listener.changes).extracting(c -> ((Change.Set) c).message().text()).containsExactly("after");
        assertThat(listener.resets).isEmpty();
    }

    @Test
    void aWatchGoesOnFromAPositionThatWasKept() {
        AsyncStream stream = client.stream("a").async();
        Position kept = set(stream, "1").position();
        set(stream, "2");
        set(stream, "3");
        ready(stream.watch(WatchFrom.after(kept), listener));
        assertThat(listener.changes).extracting(c -> ((Change.Set) c).message().text()).containsExactly("2", "3");
        assertThat(listener.resets).isEmpty();
    }

    @Test
    void aClosedWatchIsToldNothing() {
        AsyncStream stream = client.stream("a").async();
        Watch watch = ready(stream.watch(WatchFrom.now(), listener));
        watch.close();
        set(stream, "x");
        cluster.time.runFor(100);
        assertThat(listener.changes).isEmpty();
        assertThat(stream.watch(WatchFrom.now(), listener)).satisfies(early -> {
            early.close();
            cluster.time.runFor(100);
            assertThatThrownBy(() -> early.ready().join()).hasMessageContaining("closed");
        });
    }

    @Test
    void aListenerThatThrowsEndsItsWatchAndNoOther() {
        AsyncStream stream = client.stream("a").async();
        List<PersistException> ends = new ArrayList<>();
        ready(stream.watch(WatchFrom.now(), new WatchListener() {
            @Override
            public void onChange(Change change) {
                throw new IllegalArgumentException("no thanks");
            }

            @Override
            public void onEnd(PersistException cause) {
                ends.add(cause);
            }
        }));
        ready(stream.watch(WatchFrom.now(), listener));
        set(stream, "x");
        set(stream, "y");
        cluster.time.runFor(100);
        assertThat(ends).singleElement().satisfies(e -> {
            assertThat(e.code()).isEqualTo(PersistException.LISTENER);
            assertThat(e).hasRootCauseMessage("no thanks");
        });
        assertThat(listener.changes).hasSize(2);
    }

    @Test
    void whatWasMissedWhileDisconnectedIsToldAfterwards() {
        AsyncStream writer = cluster.client("writer", cluster.config()).stream("a").async();
        Watch watch = ready(client.stream("a").watch(WatchFrom.now(), listener));
        cluster.network.cutFromServer("app");
        cluster.time.runFor(5_000);
        for (int i = 0; i < 20; i++) {
            set(writer, "v" + i);
        }
        assertThat(listener.changes).isEmpty();
        cluster.network.healToServer("app");
        cluster.time.runFor(2_000);
        assertThat(listener.changes).hasSize(20);
        assertThat(watch.stats().resets()).isZero();
    }

    @Test
    void whoWasAwayForTooLongReadsEverythingAndIsToldSo() {
        AsyncStream writer = cluster.client("writer", cluster.config()).stream("a").async();
        Position before = set(writer, "first").position();
        ready(client.stream("a").watch(WatchFrom.now(), listener));
        cluster.network.cutFromServer("app");
        cluster.time.runFor(5_000);
        for (int i = 0; i < cluster.logLength + 5; i++) {
            set(writer, "v" + i);
        }
        cluster.network.healToServer("app");
        cluster.time.runFor(2_000);
        assertThat(listener.resets).containsExactly(new Reset(Reset.Reason.LOG_TRIMMED, 0, before));
        assertThat(listener.messages).isEqualTo(cluster.stream("a").model.messages());
    }

    @Test
    void changesThatTheStreamLostAreReported() {
        AsyncStream stream = client.stream("a").async();
        Watch watch = ready(stream.watch(WatchFrom.beginning(), listener));
        for (int i = 0; i < 10; i++) {
            set(stream, "v" + i);
        }
        cluster.assign(cluster.slotOf("a"), "w1", 3);
        cluster.time.runFor(1_000);
        assertThat(listener.resets).extracting(Reset::reason).containsExactly(Reset.Reason.BEGINNING,
                Reset.Reason.CHANGES_LOST);
        assertThat(watch.stats().lostChanges()).isEqualTo(3);
        assertThat(listener.messages).hasSize(7).isEqualTo(cluster.stream("a").model.messages());
    }

    @Test
    void aNewOwnerOfWhichNoNewsCameIsFoundWithinThirtySecondsOrSo() {
        AsyncStream stream = client.stream("a").async();
        ready(stream.watch(WatchFrom.now(), listener));
        set(stream, "1");
        cluster.time.runFor(100);
        assertThat(listener.changes).hasSize(1);
        cluster.network.faults(new LinkFaults(1, 0, 0, 0));
        cluster.assign(cluster.slotOf("a"), cluster.ownerOf("a").equals("w0") ? "w1" : "w0", 1);
        cluster.time.runFor(100);
        cluster.network.faults(LinkFaults.NONE);
        cluster.time.runFor(45_000);
        assertThat(listener.lost).isEqualTo(1);
    }

    @Test
    void idleWatchesCostNothingButTheTableCheck() {
        for (int i = 0; i < 200; i++) {
            client.stream("idle." + i).watch(WatchFrom.now(), new StrictListener());
        }
        cluster.time.runFor(60_000);
        long routed = cluster.network.routed();
        int tables = cluster.asked("table");
        cluster.time.runFor(600_000);
        assertThat(cluster.asked("table") - tables).isBetween(16, 27);
        assertThat(cluster.network.routed() - routed).isEqualTo(2L * (cluster.asked("table") - tables));
    }

    @Test
    void aKeyValueWatchTellsValuesAndWhatIsGone() {
        AsyncKeyValue store = client.kv("settings").async();
        Map<String, String> seen = new TreeMap<>();
        List<String> told = new ArrayList<>();
        wait(store.put("a", bytes("1")));
        wait(store.put("b", bytes("1")));
        ready(store.watch(recorder(seen, told)));
        assertThat(told).containsExactly("a=1", "b=1", "current");
        wait(store.put("a", bytes("2")));
        wait(store.delete("b"));
        wait(store.put("c", bytes("1")));
        cluster.time.runFor(100);
        assertThat(told).endsWith("current", "a=2", "-b", "c=1");
        wait(store.stream().deleteAll());
        cluster.time.runFor(100);
        assertThat(seen).isEmpty();
    }

    @Test
    void aKeyValueWatchThatWasAwayLearnsWhatVanished() {
        AsyncKeyValue writer = cluster.client("writer", cluster.config()).kv("settings").async();
        Map<String, String> seen = new TreeMap<>();
        List<String> told = new ArrayList<>();
        wait(writer.put("gone", bytes("1")));
        wait(writer.put("stays", bytes("1")));
        ready(client.kv("settings").watch(recorder(seen, told)));
        cluster.network.cutFromServer("app");
        cluster.time.runFor(5_000);
        wait(writer.delete("gone"));
        for (int i = 0; i < cluster.logLength + 5; i++) {
            wait(writer.put("busy", bytes("" + i)));
        }
        cluster.network.healToServer("app");
        cluster.time.runFor(2_000);
        assertThat(seen).containsOnlyKeys("busy", "stays");
        assertThat(told).contains("-gone").endsWith("current");
    }

    @Test
    void everyChangeIsToldOnceAndInOrderWhateverHappensToWorkersAndTheNetwork() {
        long first = Long.getLong("seed", System.nanoTime());
        long changes = 0;
        long resumes = 0;
        long resets = 0;
        long kills = 0;
        int runs = Integer.getInteger("runs", 25);
        for (long seed = first; seed < first + runs; seed++) {
            try {
                kills += chaos(seed);
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("seed " + seed + ": " + e.getMessage(), e);
            }
            for (Watch watch : watches.values()) {
                changes += watch.stats().changes();
                resumes += watch.stats().resumes();
                resets += watch.stats().resets();
            }
        }
        System.out.println("client: seeds " + first + " and on, " + runs + " runs, " + kills + " kills, " + changes
                + " changes told, " + resumes + " resumes, " + resets + " resets");
        assertThat(List.of(changes, resumes, resets, kills)).doesNotContain(0L);
    }

    private final Map<StrictListener, Watch> watches = new LinkedHashMap<>();

    /** Two workers, a writer, five watched streams; faults all the while; then peace. */
    private int chaos(long seed) {
        cluster = started(seed);
        client = cluster.client("app", cluster.config().withWatchBuffer(20));
        PersistClient writer = cluster.client("writer", cluster.config());
        watches.clear();
        Map<StrictListener, String> names = new LinkedHashMap<>();
        List<CompletableFuture<Stored>> sets = new ArrayList<>();
        cluster.overloaded = 0.02;
        int kills = 0;
        cluster.network.faults(new LinkFaults(0.01, 0.01, 0.02, 500));
        for (int i = 0; i < 600; i++) {
            String name = "s." + cluster.random.nextInt(5);
            AsyncStream stream = writer.stream(name).async();
            int what = cluster.random.nextInt(12);
            if (what == 0) {
                stream.delete(List.of(1L + cluster.random.nextInt(40)));
            } else if (what == 1 && cluster.random.nextInt(4) == 0) {
                stream.deleteAll(cluster.random.nextInt(40));
            } else {
                String key = cluster.random.nextBoolean() ? "k" + cluster.random.nextInt(5) : null;
                sets.add(stream.set(key == null ? SetOptions.NONE : SetOptions.key(key), bytes("v" + i)));
            }
            if (i % 60 == 10) {
                StrictListener strict = new StrictListener();
                WatchFrom from = cluster.random.nextBoolean() ? WatchFrom.beginning() : WatchFrom.after(Position.START);
                if (from instanceof WatchFrom.After) {
                    strict.messages = new TreeMap<>();
                }
                names.put(strict, name);
                watches.put(strict, client.stream(name).watch(from, strict));
            }
            kills += disturb(i);
            cluster.time.runFor(cluster.random.nextInt(200));
        }
        cluster.overloaded = 0;
        cluster.network.healAll();
        List.of("w0", "w1").stream().filter(w -> !cluster.isUp(w)).forEach(cluster::startWorker);
        cluster.assignAll("w0", "w1");
        cluster.time.runFor(100_000);
        cluster.trailAll();
        cluster.time.runFor(5_000);
        for (Map.Entry<StrictListener, Watch> watched : watches.entrySet()) {
            ModelStream model = cluster.stream(names.get(watched.getKey())).model;
            assertThat(watched.getKey().messages).isEqualTo(model.messages());
            assertThat(watched.getValue().position()).isEqualTo(model.position());
            assertThat(watched.getValue().stats().lostChanges()).isZero();
        }
        assertThat(sets).allSatisfy(set -> assertThat(set).isCompleted());
        List<String> stored = cluster.streams.values().stream().flatMap(s -> s.model.changes().stream())
                .filter(Change.Set.class::isInstance).map(c -> ((Change.Set) c).message().text()).toList();
        assertThat(stored).as("each set is stored once").hasSize(sets.size()).doesNotHaveDuplicates();
        return kills;
    }

    private int disturb(int step) {
        if (step % 50 == 20) {
            cluster.network.disconnect("app");
        } else if (step % 50 == 40) {
            String name = cluster.random.nextBoolean() ? "w0" : "w1";
            if (!cluster.isUp(name)) {
                cluster.startWorker(name);
                return 0;
            }
            String other = name.equals("w0") ? "w1" : "w0";
            if (cluster.isUp(other)) {
                cluster.kill(name);
                cluster.time.runFor(cluster.random.nextInt(3_000));
                cluster.assignAll(other);
                return 1;
            }
        } else if (step % 50 == 30 && cluster.isUp("w0") && cluster.isUp("w1")) {
            cluster.assign(cluster.random.nextInt(FakeCluster.SLOTS), cluster.random.nextBoolean() ? "w0" : "w1", 0);
        }
        return 0;
    }

    private static KeyValueListener recorder(Map<String, String> seen, List<String> told) {
        return new KeyValueListener() {
            @Override
            public void onPut(Entry entry) {
                seen.put(entry.key(), entry.text());
                told.add(entry.key() + "=" + entry.text());
            }

            @Override
            public void onDelete(String key) {
                assertThat(seen.remove(key)).isNotNull();
                told.add("-" + key);
            }

            @Override
            public void onCurrent() {
                told.add("current");
            }
        };
    }

    private static FakeCluster started(long seed) {
        FakeCluster cluster = new FakeCluster(seed);
        cluster.startWorker("w0");
        cluster.startWorker("w1");
        cluster.assignAll("w0", "w1");
        cluster.time.runFor(200);
        return cluster;
    }

    private Watch ready(Watch watch) {
        wait(watch.ready());
        return watch;
    }

    private Stored set(AsyncStream stream, String value) {
        return wait(stream.set(bytes(value)));
    }

    private <T> T wait(CompletableFuture<T> result) {
        assertThat(cluster.time.runUntil(result::isDone, 300_000)).as("done").isTrue();
        return result.join();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
