// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.local;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.natspersist.cli.Main;
import io.natspersist.cli.RecordedTerminal;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code persist up} as users run it: a process, stopped by a signal, or killed. */
class UpCommandIT {

    @TempDir
    private Path folder;

    @Test
    void stoppedAndStartedAgainItHoldsWhatWasWritten() throws Exception {
        RecordedTerminal persist = new RecordedTerminal();
        Process first = up();
        persist.always("--server", urlOf(first));
        assertThat(persist.run("set", "a.b", "kept")).isZero();
        List<ProcessHandle> children = first.descendants().toList();
        first.toHandle().destroy(); // leaves its output to be read
        awaitLine(first, Pattern.compile("stopping: the workers put everything into the streams' files"));
        awaitLine(first, Pattern.compile("stopped"));
        assertThat(first.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(first.exitValue()).isZero();
        await().atMost(Duration.ofSeconds(10)).until(() -> children.stream().noneMatch(ProcessHandle::isAlive));

        Process second = up();
        try {
            persist.always("--server", urlOf(second));
            assertThat(persist.run("get", "a.b")).isZero();
            assertThat(persist.out()).isEqualTo("kept");
        } finally {
            second.destroy();
            assertThat(second.waitFor(60, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void aNatsServerOfItsOwnThatDiedIsStartedAgain() throws Exception {
        RecordedTerminal persist = new RecordedTerminal();
        Process up = up();
        try {
            String url = urlOf(up);
            persist.always("--server", url);
            assertThat(persist.run("set", "a.b", "1")).isZero();
            ProcessHandle server = natsServers(up).getFirst();

            server.destroyForcibly();

            awaitLine(up, Pattern.compile("nats-server ended, and is started again; its log is .+"));
            await().atMost(Duration.ofSeconds(10)).until(() -> !natsServers(up).isEmpty());
            assertThat(persist.run("set", "a.b", "2")).isZero();
            assertThat(persist.run("all", "a.b")).isZero();
            assertThat(persist.out()).contains("1", "2");
        } finally {
            up.destroy();
            assertThat(up.waitFor(60, TimeUnit.SECONDS)).isTrue();
        }
        assertThat(natsServers(up)).isEmpty();
    }

    /** The servers themselves, not the shell that each has for a parent. */
    private static List<ProcessHandle> natsServers(Process up) {
        return up.descendants().filter(p -> p.info().command().filter(c -> c.endsWith("/nats-server")).isPresent())
                .toList();
    }

    @Test
    void killedItTakesItsProcessesWithIt() throws Exception {
        Process up = up();
        urlOf(up);
        List<ProcessHandle> children = up.descendants().toList();
        assertThat(children).hasSizeGreaterThanOrEqualTo(3);
        up.destroyForcibly();
        await().atMost(Duration.ofSeconds(60)).until(() -> children.stream().noneMatch(ProcessHandle::isAlive));
    }

    private Process up() throws IOException {
        return new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx256m",
                "-XX:+UseSerialGC", "--enable-native-access=ALL-UNNAMED", "-cp", System.getProperty("java.class.path"),
                Main.class.getName(), "up", "--with-nats", "--port", "0", "--dir", folder.toString(), "--worker-memory",
                "128m")
                .redirectErrorStream(true).start();
    }

    private static String urlOf(Process up) throws IOException {
        return awaitLine(up, Pattern.compile("Persist is up: cluster default at (\\S+),.*")).group(1);
    }

    /** Reads what it says up to a line that matches. */
    private static Matcher awaitLine(Process up, Pattern wanted) throws IOException {
        BufferedReader lines = up.inputReader(UTF_8);
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            System.out.println(line);
            Matcher matcher = wanted.matcher(line);
            if (matcher.matches()) {
                return matcher;
            }
        }
        throw new AssertionError("persist up ended without saying " + wanted);
    }
}
