// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.natspersist.cli.terminal.ExitCode;
import io.natspersist.cli.terminal.Terminal;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CommandLineTest {

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final Terminal terminal = new Terminal(new ByteArrayInputStream(new byte[0]),
            new PrintStream(out, true, UTF_8),
            new PrintStream(err, true, UTF_8), false);

    @ParameterizedTest
    @ValueSource(strings = {"frobnicate", "set", "set a..b v", "set a.* v", "set a v --file f",
            "set a --no-value --lines",
            "set a v --create", "set a v --expect-seq 0", "set a v --key k --create --expect-seq 3", "set a v --seq x",
            "set a --lines --id m", "set a v -H nonsense", "set a v -H Persist-Key:x", "get a --seq 1 --key k",
            "get a --at x",
            "del a", "del a --seq 1 --all", "del a --key k --to 3", "del a --seq 1 --expect-seq 3", "all a --from 0",
            "watch a --all --after 1/2", "watch a --after 12", "watch a --after x/2", "up --workers 0",
            "up --durability maybe",
            "up --nats nats://127.0.0.1:1 --with-nats", "up --port 99999", "replay", "replay f --speed slow",
            "replay f --here --kill-every 1", "export backup", "export backup a --prefix b", "completion", "doctor",
            "import", "restore a", "restore a --at 2h", "restore a --to b", "restore a --at yesterday --to b",
            "restore a --at 2h --to b..c",
            "versions", "kubectl where", "kubectl drain", "kubectl status --kubeconfig /dev/null/none"})
    void nonsenseEndsWithTwoAndSaysWhy(String arguments) {
        assertThat(run(arguments.split(" "))).isEqualTo(ExitCode.USAGE.number());
        assertThat(err.toString(UTF_8)).isNotBlank();
        assertThat(out.toString(UTF_8)).isEmpty();
    }

    @Test
    void everyCommandHasHelpWithExamples() {
        Set<String> commands = Main.commandLine(terminal).getSubcommands().keySet();
        assertThat(commands).contains("set", "get", "del", "all", "keys", "info", "watch", "where", "flush", "up",
                "demo",
                "replay", "bench", "journal", "clear", "table", "export", "import", "doctor", "completion", "versions",
                "restore",
                "kubectl");
        for (String command : commands) {
            out.reset();
            assertThat(run(command, "--help")).isZero();
            assertThat(out.toString(UTF_8)).contains("Example").contains("  persist " + command);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"status", "where", "drain", "report"})
    void thePluginIsCalledByItsOwnName(String command) {
        assertThat(run("kubectl", command, "--help")).isZero();
        assertThat(out.toString(UTF_8)).startsWith("Usage: kubectl persist " + command)
                .contains("  kubectl persist " + command, "--namespace");
    }

    @Test
    void anApiServerThatIsNotThereEndsWithFive(@TempDir Path folder) throws IOException {
        Path kubeconfig = Files.writeString(folder.resolve("config"), """
                apiVersion: v1
                kind: Config
                clusters: [{name: none, cluster: {server: "https://127.0.0.1:1"}}]
                contexts: [{name: none, context: {cluster: none}}]
                current-context: none
                """);
        assertThat(run("kubectl", "status", "-o", "json", "--kubeconfig", kubeconfig.toString()))
                .isEqualTo(ExitCode.UNREACHABLE.number());
        assertThat(err.toString(UTF_8)).startsWith("{\"error\":\"UNREACHABLE\"").contains("https://127.0.0.1:1");
    }

    @Test
    void withoutAWordItSaysWhichWordsThereAre() {
        assertThat(run()).isZero();
        assertThat(out.toString(UTF_8)).contains("set ", "watch ", "Exit codes:", "5  no server");
    }

    @Test
    void aServerThatIsNotThereEndsWithFive() {
        assertThat(run("get", "a.b", "--json", "--server", "nats://127.0.0.1:1"))
                .isEqualTo(ExitCode.UNREACHABLE.number());
        assertThat(err.toString(UTF_8))
                .startsWith("{\"error\":\"UNREACHABLE\",\"message\":\"no NATS server answers at");
    }

    @Test
    void aTraceThatIsNotThereIsSaid(@TempDir Path folder) {
        assertThat(run("replay", folder.resolve("none.json.gz").toString())).isEqualTo(ExitCode.FAILED.number());
        assertThat(err.toString(UTF_8)).contains("none.json.gz");
    }

    private int run(String... arguments) {
        return Main.run(terminal, arguments);
    }
}
