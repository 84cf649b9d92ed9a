// SPDX-License-Identifier: Apache-2.0
package io.natspersist.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.natspersist.coordinator.CoordinatorMetrics;
import io.natspersist.coordinator.CoordinatorSetting;
import io.natspersist.metrics.Metric;
import io.natspersist.operator.OperatorMetrics;
import io.natspersist.operator.OperatorSetting;
import io.natspersist.settings.Setting;
import io.natspersist.settings.SharedVariable;
import io.natspersist.worker.WorkerSetting;
import io.natspersist.worker.metrics.WorkerMetrics;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The references are what the code says: with -Dreference.write=true they are written, else compared. */
class ReferenceTest {

    private static final String FIRST_LINE = "<!-- Generated: mvn -pl e2e -am test -Dtest=ReferenceTest"
            + " -Dreference.write=true writes it anew. -->\n";

    /** A variable that is read: as a shell does, or by a name in quotes. */
    private static final Pattern VARIABLE = Pattern.compile("[${\"](PERSIST_[A-Z0-9_]+)\\b");

    @Test
    void metricsAreDocumentedAsTheyAre() throws IOException {
        compare("docs/metrics.md",
                FIRST_LINE
                        + """
                                # Metrics

                                A worker or coordinator that was told `--metrics [HOST:]PORT` ([configuration](configuration.md)) serves them for Prometheus at
                                `http://HOST:PORT/metrics`, and its health at `/health/live` and `/health/ready`: 200, or 503 with a line for every reason
                                ([operations](operations.md#metrics-and-health)). Every metric below has the label `cluster` (the prefix of its subjects), a worker's also
                                `worker`. Times are in seconds, sizes in bytes. Those of the JVM, as Micrometer names them, come with them: `jvm_memory_*` (the heap:
                                `jvm_memory_used_bytes{area="heap"}`), `jvm_gc_*`, `jvm_threads_*`, `jvm_classes_*`, `process_cpu_*`, `system_cpu_*`, `process_files_*`,
                                `process_uptime_*`.

                                A histogram's buckets end at 65.5 us, 262 us, 1.05 ms, 4.2 ms, 16.8 ms, 67 ms, 268 ms, 1.07 s, 4.3 s and 17.2 s.

                                ## Worker

                                """
                        + metrics(WorkerMetrics.ALL) + "\n## Coordinator\n\n" + metrics(CoordinatorMetrics.ALL)
                        + "\n## Operator\n\nBeside these it serves those of a coordinator for every cluster, with the cluster's prefix as"
                        + " `cluster`.\n\n" + metrics(OperatorMetrics.OWN));
    }

    private static <S> String metrics(List<Metric<S>> all) {
        return "| metric | kind | labels | |\n| --- | --- | --- | --- |\n" + all.stream()
                .map(m -> "| `%s` | %s | %s | %s |%n".formatted(m.name(), m.kind().name().toLowerCase(Locale.ROOT),
                        m.labels().stream().map(label -> "`" + label + "`").collect(Collectors.joining(", ")),
                        m.help()))
                .collect(Collectors.joining());
    }

    @Test
    void settingsAreDocumentedAsTheyAre() throws IOException {
        compare("docs/configuration.md", FIRST_LINE
                + """
                        # Configuration

                        Flags, or variables of the environment where there is no flag. All mistakes are reported together and stop the start (exit code 2), also a
                        flag that there is not, and a variable that begins with `PERSIST_` and belongs to nothing below. In Kubernetes, a Service whose name begins
                        with `persist` makes such variables: set `enableServiceLinks: false`.

                        ## Worker

                        `--name value`, or `PERSIST_NAME`.

                        """
                + settings(WorkerSetting.values(), true) + """

                        ## Coordinator

                        `--table value`, `--table=value`, or `PERSIST_COORDINATOR_TABLE`.

                        """ + settings(CoordinatorSetting.values(), true) + """

                        ## Operator

                        Variables of its environment; the [chart](kubernetes.md#install) sets them.

                        """ + settings(OperatorSetting.values(), false) + """

                        ## Everything else

                        Variables of the environment. The flags of the `persist` command are told by `persist --help`.

                        """ + settings(SharedVariable.values(), false));
    }

    @Test
    void whatLauncherAndTestsReadFromTheEnvironmentStopsNoWorker() throws IOException {
        Map<String, String> mentioned = new TreeMap<>();
        Path root = DocumentationTest.root();
        List<Path> readers = new ArrayList<>(List.of(root.resolve("persist"), root.resolve(".ci/run")));
        try (Stream<Path> tests = Files.walk(root.resolve("e2e/src/test/java"))) {
            tests.filter(file -> file.toString().endsWith(".java")).forEach(readers::add);
        }
        for (Path reader : readers) {
            Matcher variable = VARIABLE.matcher(Files.readString(reader));
            while (variable.find()) {
                mentioned.put(variable.group(1), "");
            }
        }
        assertThat(mentioned).containsKeys("PERSIST_TEST_KUBE", "PERSIST_NATS_SERVER");
        assertThat(SharedVariable.unknown(mentioned, WorkerSetting.values())).isEmpty();
    }

    private static String settings(Setting[] all, boolean flags) {
        return "| %s | default | |%n| --- | --- | --- |%n".formatted(flags ? "flag" : "variable") + Stream.of(all)
                .map(s -> "| `%s` | %s | %s |%n".formatted(flags ? s.flag() : s.variable(),
                        s.fallback().isEmpty() ? "-" : "`" + s.fallback() + "`",
                        s.meaning().replace("<cluster>", "`<cluster>`")))
                .collect(Collectors.joining());
    }

    private static void compare(String document, String generated) throws IOException {
        Path file = DocumentationTest.root().resolve(document);
        if (Boolean.getBoolean("reference.write")) {
            Files.writeString(file, generated);
        }
        assertThat(file).content().isEqualTo(generated);
    }
}
