// SPDX-License-Identifier: Apache-2.0
package io.natspersist.e2e.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.natspersist.client.ListedStream;
import io.natspersist.client.Page;
import io.natspersist.client.PersistClient;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The real coordinator, workers and a client that lists, page by page, while slots go from worker to worker. */
@ExtendWith(QuietLogs.class)
class ListWhileSlotsMoveTest {

    private static final int PAGE = 7;
    private static final List<String> STREAMS = IntStream.range(100, 200).mapToObj(i -> "kept." + i).toList();

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void aStreamThatIsThereAllTheTimeIsToldOnceInEveryList(long seed) {
        World world = new World(new Scenario(seed, 1, 24, 0, 1, false, List.of(), 4_096, 10_000, 200, 1_000, 3_000, 20,
                0, 1, 1_000, Set.of(), Set.of(), Set.of(), null));
        world.start();
        PersistClient client = world.clients().getFirst().client();
        STREAMS.forEach(name -> wait(world, client.stream(name).async().set(new byte[1])));
        int whileMoving = 0;

        world.addWorker();
        whileMoving += listUntilSettled(world, client);
        world.addWorker();
        whileMoving += listUntilSettled(world, client);
        world.workers().getFirst().kill(10);
        whileMoving += listUntilSettled(world, client);

        assertThat(whileMoving).as("lists during which slots moved, seed %d", seed).isPositive();
        assertThat(world.oracle.problems()).isEmpty();
    }

    /** At least a few lists, while other streams come and go; how many of them a change of the table fell into. */
    private static int listUntilSettled(World world, PersistClient client) {
        int across = 0;
        for (int i = 0; i < 5 || !world.coordinator.settled(); i++) {
            String other = "kept.1" + i % 10 + "5.other";
            CompletableFuture<?> comesAndGoes = i % 2 == 0
                    ? client.stream(other).async().set(new byte[1])
                    : client.stream(other).async().destroy();
            long version = tableVersion(world);
            assertThat(list(world, client)).doesNotHaveDuplicates()
                    .filteredOn(STREAMS::contains).containsExactlyElementsOf(STREAMS);
            across += tableVersion(world) > version ? 1 : 0;
            wait(world, comesAndGoes);
        }
        return across;
    }

    private static long tableVersion(World world) {
        return world.tables.load().orElseThrow().numbers().version();
    }

    private static List<String> list(World world, PersistClient client) {
        List<String> names = new ArrayList<>();
        Page<ListedStream> page = wait(world, client.listAsync(null, null, PAGE));
        while (true) {
            page.items().forEach(item -> names.add(item.name()));
            if (!page.hasNext()) {
                return names;
            }
            world.time.runFor(20);
            page = wait(world, page.next().orElseThrow());
        }
    }

    private static <T> T wait(World world, CompletableFuture<T> future) {
        assertThat(world.time.runUntil(future::isDone, 60_000)).isTrue();
        return future.join();
    }
}
