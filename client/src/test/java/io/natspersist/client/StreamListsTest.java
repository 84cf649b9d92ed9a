// SPDX-License-Identifier: Apache-2.0
package io.natspersist.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.natspersist.protocol.ErrorCode;
import io.natspersist.protocol.StreamName;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class StreamListsTest {

    private static final int PAGE = 3;

    private final FakeCluster cluster = new FakeCluster(11);
    private final PersistClient client = cluster.client("app", cluster.config());
    private final StreamLists lists = client.lists();

    @BeforeEach
    void start() {
        cluster.movingMillis = 0;
        cluster.startWorker("w0");
        cluster.startWorker("w1");
        cluster.startWorker("w2");
        cluster.assignAll("w0", "w1", "w2");
        cluster.time.runFor(100);
    }

    @Test
    void namesOfAllWorkersComeInTheOrderOfTheirTokensEachOnce() {
        set("b", "a-b", "a.z", "a", "a.b.c", "a.b", "\u00e4", "b.a");

        assertThat(names(null)).containsExactly("a", "a.b", "a.b.c", "a.z", "a-b", "b", "b.a", "\u00e4");
        assertThat(wait(client.listAsync(null, "a.b", 100)).items()).extracting(ListedStream::name).startsWith("a.b.c",
                "a.z");
    }

    @Test
    void aPrefixIsTheStreamOfThatNameAndThoseBelowIt() {
        set("p", "p.a", "p.b.c", "pp", "o.p");

        assertThat(names("p")).containsExactly("p", "p.a", "p.b.c");
        assertThat(names("p.b")).containsExactly("p.b.c");
        assertThat(names("nothing")).isEmpty();
    }

    @Test
    void aStreamComesWithItsCounters() {
        set("s", "s", "s");

        assertThat(wait(client.listAsync("s", null, 10)).items()).containsExactly(new ListedStream("s", 3, 3, 3, 3));
    }

    @Test
    void whatWorkersTellOfOnePrefixAddsUp() {
        IntStream.range(0, 40).forEach(i -> set("p.x." + i));
        IntStream.range(0, 9).forEach(i -> set("p.y" + i));
        set("p.x", "q");

        List<Branch> found = all(lists.tree(new StreamName("p"), 1, null, PAGE));

        assertThat(found).hasSize(10).startsWith(new Branch("p.x", 41, true)).contains(new Branch("p.y8", 1, true));
        assertThat(all(lists.tree(null, 1, null, PAGE))).containsExactly(new Branch("p", 50, false),
                new Branch("q", 1, true));
    }

    @Test
    void whileSlotsGoFromWorkerToWorkerNoNameIsMissedOrToldTwice() {
        List<String> expected = IntStream.range(10, 70).mapToObj(i -> "s" + i).toList();
        expected.forEach(this::set);
        cluster.movingMillis = 30;
        Random random = new Random(3);
        int moved = 0;
        for (int round = 0; round < 20; round++) {
            List<String> names = new ArrayList<>();
            Page<ListedStream> page = wait(client.listAsync(null, null, 7));
            while (true) {
                page.items().forEach(item -> names.add(item.name()));
                if (!page.hasNext()) {
                    break;
                }
                if (random.nextInt(4) == 0) {
                    cluster.assign(random.nextInt(FakeCluster.SLOTS), "w" + random.nextInt(3), 0);
                    moved++;
                }
                cluster.time.runFor(random.nextInt(40));
                page = wait(page.next().orElseThrow());
            }
            assertThat(names).isEqualTo(expected);
        }
        assertThat(moved).isPositive();
    }

    @Test
    void aPageThatLacksAWorkerIsAskedForAgainUntilOneServesItsSlots() {
        set("a", "b", "c", "d", "e");
        cluster.kill("w1");
        CompletableFuture<Page<ListedStream>> page = client.listAsync(null, null, 10);
        cluster.time.runFor(3_000);
        assertThat(page).isNotDone();

        for (int slot = 0; slot < FakeCluster.SLOTS; slot++) {
            if (Objects.requireNonNull(cluster.table.slot(slot).owner()).worker().equals("w1")) {
                cluster.assign(slot, "w2", 0);
            }
        }

        assertThat(wait(page).items()).extracting(ListedStream::name).containsExactly("a", "b", "c", "d", "e");
    }

    @Test
    void anErrorThatIsFinalAndADeadlineEndAList() {
        cluster.listsRefused = ErrorCode.STREAM_CORRUPT;
        assertThat(failure(client.listAsync(null, null, 10)).is(ErrorCode.STREAM_CORRUPT)).isTrue();
        cluster.listsRefused = ErrorCode.OVERLOADED;
        int before = cluster.asked("list");

        assertThat(failure(client.listAsync(null, null, 10)).code()).isEqualTo(PersistException.DEADLINE);

        assertThat(cluster.asked("list") - before).isGreaterThan(6);
    }

    @Test
    void eachSlotIsReindexedByWhoServesIt() {
        set("a", "b");
        long streams = 0;
        for (int slot = 0; slot < wait(lists.slots()); slot++) {
            Reindexed done = wait(lists.reindex(slot));
            assertThat(done.slot()).isEqualTo(slot);
            streams += done.streams();
        }
        assertThat(streams).isEqualTo(2);
        assertThat(cluster.asked("reindex")).isEqualTo(FakeCluster.SLOTS);
    }

    private void set(String... names) {
        for (String name : names) {
            wait(client.stream(name).async().set(new byte[1]));
        }
    }

    private List<String> names(@Nullable String prefix) {
        return all(client.listAsync(prefix, null, PAGE)).stream().map(ListedStream::name).toList();
    }

    private <T> List<T> all(CompletableFuture<Page<T>> first) {
        List<T> items = new ArrayList<>();
        Page<T> page = wait(first);
        items.addAll(page.items());
        while (page.hasNext()) {
            page = wait(page.next().orElseThrow());
            items.addAll(page.items());
        }
        return items;
    }

    private <T> T wait(CompletableFuture<T> future) {
        assertThat(cluster.time.runUntil(future::isDone, 120_000)).isTrue();
        return future.join();
    }

    private PersistException failure(CompletableFuture<?> future) {
        assertThat(cluster.time.runUntil(future::isDone, 120_000)).isTrue();
        return (PersistException) catchThrowableOfType(CompletionException.class, future::join).getCause();
    }
}
