// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.replay;

import static org.assertj.core.api.Assertions.assertThat;

import io.natspersist.cli.local.ClusterConfig;
import io.natspersist.cli.local.Durability;
import io.natspersist.cli.local.LocalCluster;
import io.natspersist.cli.replay.Replay.Outcome;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The main job on real input: people's typing, as fast as it goes, while the worker that keeps it is killed again and again. */
class ReplayIT {

    @TempDir
    private Path folder;

    static Stream<EditTrace> traces() throws IOException {
        return Traces.all().stream();
    }

    @ParameterizedTest
    @MethodSource("traces")
    void everyTextComesOutRightAlthoughWorkersAreKilled(EditTrace trace) throws Exception {
        Outcome outcome;
        try (LocalCluster cluster = LocalCluster.start(ClusterConfig.selfContained(folder, 2, Durability.SYNC),
                System.out::println)) {
            cluster.awaitServing(Duration.ofSeconds(60));
            try (Replay replay = new Replay(trace, () -> cluster.connect("replay"), "replay.it", 3)) {
                outcome = replay.run(Pace.FASTEST, cluster, 2_000);
            }
        }
        System.out.printf("%s: %,d messages, %,d/s, %d kills, %d resumes, %d resets, longest wait %,d ms%n",
                trace.name(),
                outcome.messages(), outcome.messagesPerSecond(), outcome.kills(), outcome.resumes(), outcome.resets(),
                outcome.longestWaitMillis());
        assertThat(outcome.wrong()).isEmpty();
        assertThat(outcome.kills()).isPositive();
        assertThat(outcome.watchers()).allSatisfy(watcher -> assertThat(watcher.lostChanges()).isZero());
    }
}
