// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.natspersist.cli.RecordedTerminal;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** That the bench measures what it says; never how fast anything is. */
class BenchCommandIT {

    @TempDir
    private Path folder;

    @Test
    void aQuickRunComparesThemAndCountsWhatWasAcknowledged() throws Exception {
        JsonNode sets = run("sets-one").get(0);
        assertThat(sets.path("measured")).extracting(series -> series.path("contender").textValue())
                .containsExactlyInAnyOrder("persist sync", "jetstream", "jetstream always", "echo");
        assertThat(sets.path("measured")).allSatisfy(series -> {
            assertThat(series.path("median").doubleValue()).isPositive();
            assertThat(series.path("turns")).hasSize(2);
        });
        assertThat(sets.path("goals")).hasSize(3).allSatisfy(goal -> assertThat(goal.path("met").isBoolean()).isTrue());
        assertThat(sets.path("counted")).hasSize(3).allSatisfy(count -> assertThat(count.longValue()).isPositive());
        assertThat(Files.readString(folder.resolve("out.svg"))).startsWith("<svg").endsWith("</svg>\n")
                .contains("sets-one: persist sync / echo");
    }

    /** What is acknowledged and not there, a watcher that misses something, or a text that is wrong fails the run. */
    @Test
    void readsWatchesKeysAndTextsComeOutRight() throws Exception {
        JsonNode workloads = run("set-many,one-set,gets,watchers,read-all,kv-spread,traces");
        assertThat(workloads).hasSize(7).allSatisfy(workload -> {
            assertThat(workload.path("measured")).isNotEmpty()
                    .allSatisfy(series -> assertThat(series.path("median").doubleValue()).isPositive());
            assertThat(workload.path("goals")).isNotEmpty();
        });
    }

    @Test
    void aWorkloadThatDoesNotExistIsAMistake() {
        RecordedTerminal terminal = new RecordedTerminal();
        assertThat(terminal.run("bench", "--only", "sets-one,nonsense")).isEqualTo(2);
        assertThat(terminal.err()).contains("there is no workload nonsense", "sets-spread");
    }

    private JsonNode run(String only) throws Exception {
        RecordedTerminal terminal = new RecordedTerminal();
        int exitCode = terminal.run("bench", "--quick", "--only", only, "--dir", folder.toString(), "--write",
                folder.resolve("out").toString());
        System.out.println(terminal.out());
        assertThat(exitCode).as(terminal.out() + terminal.err()).isZero();
        return new ObjectMapper().readTree(folder.resolve("out.json").toFile()).path("workloads");
    }
}
