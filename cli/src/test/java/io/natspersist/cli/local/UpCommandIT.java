// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.local;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.natspersist.cli.Main;
import io.natspersist.cli.RecordedTerminal;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
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
    void withAFolderForItsCopiesAStreamThatNobodyUsesLeavesTheVolumeAndComesBack() throws Exception {
        RecordedTerminal persist = new RecordedTerminal();
        Path cold = folder.resolve("cold copies");
        Process up = up("--s3", cold.toUri().toString(), "--archive-after-seconds", "0", "--evict-after-seconds", "0");
        try {
            persist.always("--server", urlOf(up));
            assertThat(persist.run("set", "a.b", "kept")).isZero();
            await().atMost(Duration.ofSeconds(60)).ignoreExceptions().until(() -> anyFile(cold, "b\\.head\\.object")
                    && !anyFile(folder.resolve("volume"), "b\\.[0-9]+\\.db"));

            assertThat(persist.run("get", "a.b")).isZero();
            assertThat(persist.out()).isEqualTo("kept");
            assertThat(anyFile(folder.resolve("volume"), "b\\.[0-9]+\\.db")).isTrue();
        } finally {
            up.destroy();
            assertThat(up.waitFor(60, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void withDisksOfTheirOwnTheBucketIsAllThatMustLast() throws Exception {
        RecordedTerminal persist = new RecordedTerminal();
        String[] flags = {"--s3", folder.resolve("bucket").toUri().toString(), "--own-disks", "--durability",
                "shipped"};
        Process first = up(flags);
        persist.always("--server", urlOf(first));
        assertThat(persist.run("set", "a.b", "kept")).isZero();
        first.destroyForcibly();
        await().atMost(Duration.ofSeconds(30)).until(() -> first.descendants().findAny().isEmpty());
        assertThat(first.waitFor(60, TimeUnit.SECONDS)).isTrue();
        await().atMost(Duration.ofSeconds(30)).ignoreExceptions().until(() -> deleted(folder.resolve("disks")));

        Process second = up(flags);
        try {
            persist.always("--server", urlOf(second));
            assertThat(persist.run("get", "a.b")).isZero();
            assertThat(persist.out()).isEqualTo("kept");
        } finally {
            second.destroy();
            assertThat(second.waitFor(60, TimeUnit.SECONDS)).isTrue();
        }
    }

    private static boolean deleted(Path below) throws IOException {
        try (Stream<Path> all = Files.walk(below)) {
            all.sorted(Comparator.reverseOrder()).forEach(path -> path.toFile().delete());
        }
        return !Files.exists(below);
    }

    private static boolean anyFile(Path below, String name) throws IOException {
        try (Stream<Path> all = Files.walk(below)) {
            return all.anyMatch(path -> path.getFileName().toString().matches(name));
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

    @Test
    void metricsAndHealthOfAllItsProcessesAreServedFromThePortThatWasGiven() throws Exception {
        int port = threeFreePorts();
        Process up = up("--metrics", Integer.toString(port));
        try {
            urlOf(up);
            for (int process = 0; process < 3; process++) {
                awaitLine(up, Pattern.compile("  metrics   http://127.0.0.1:" + (port + process) + "/metrics of "
                        + (process == 0 ? "the coordinator" : "w" + (process - 1))));
                assertThat(get(port + process, "/health/live").statusCode()).isEqualTo(200);
                int at = port + process;
                await().atMost(Duration.ofSeconds(20)).until(() -> get(at, "/health/ready").statusCode() == 200);
            }
            assertThat(get(port, "/metrics").body()).contains("\npersist_coordinator_slots{",
                    "persist_coordinator_workers{cluster=\"persist.default\"} 2.0", "\njvm_memory_used_bytes{");
            for (int worker = 0; worker < 2; worker++) {
                assertThat(get(port + 1 + worker, "/metrics").body())
                        .contains(
                                "persist_worker_connected{cluster=\"persist.default\",worker=\"w" + worker + "\"} 1.0");
            }
        } finally {
            up.destroy();
            assertThat(up.waitFor(60, TimeUnit.SECONDS)).isTrue();
        }
    }

    /** The first of three in a row, free a moment ago. */
    private static int threeFreePorts() throws IOException {
        while (true) {
            try (ServerSocket first = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                    ServerSocket second = new ServerSocket(first.getLocalPort() + 1, 1,
                            InetAddress.getLoopbackAddress());
                    ServerSocket third = new ServerSocket(first.getLocalPort() + 2, 1,
                            InetAddress.getLoopbackAddress())) {
                return third.getLocalPort() - 2;
            } catch (BindException taken) {
                System.out.println("not three free ports in a row: " + taken.getMessage());
            }
        }
    }

    private static HttpResponse<String> get(int port, String path) throws IOException, InterruptedException {
        try (HttpClient http = HttpClient.newHttpClient()) {
            return http.send(HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path)).build(),
                    HttpResponse.BodyHandlers.ofString());
        }
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

    private Process up(String... more) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx256m",
                "-XX:+UseSerialGC", "--enable-native-access=ALL-UNNAMED", "-cp", System.getProperty("java.class.path"),
                Main.class.getName(), "up", "--with-nats", "--port", "0", "--dir", folder.toString(), "--worker-memory",
                "128m"));
        command.addAll(List.of(more));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("PERSIST_IDLE_SECONDS", "1");
        return builder.start();
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
