// SPDX-License-Identifier: Apache-2.0
package io.natspersist.e2e.nfs;

import io.natspersist.transport.nats.NatsServer;
import io.natspersist.worker.WorkerMain;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.spi.ToolProvider;
import java.util.stream.Collectors;

/** The folder that the clients see as /app: a small JRE, and this test's own class path without the tools for tests. */
record GuestApp(Path folder, List<String> jars) {

    private static final Path GUEST = Path.of("/app");
    private static final String ARCHIVE = "worker.jsa";
    private static final Pattern TOOLS = Pattern.compile(
            ".*(junit|surefire|assertj|archunit|awaitility|opentest4j|apiguardian|hamcrest|byte-buddy|picocli).*");
    private static final String MODULES = "java.base,java.sql,java.naming,jdk.management,jdk.unsupported,jdk.crypto.ec";
    private static final String LOGGING = """
            <configuration>
              <appender name="console" class="ch.qos.logback.core.ConsoleAppender">
                <encoder><pattern>%d{HH:mm:ss.SSS} %-5level %logger{20} %msg%n%ex{5}</pattern></encoder>
              </appender>
              <root level="INFO"><appender-ref ref="console"/></root>
            </configuration>
            """;

    static GuestApp build(Path folder) throws IOException, InterruptedException {
        jlink(folder.resolve("jre"));
        Files.writeString(folder.resolve("logback.xml"), LOGGING);
        List<String> jars = new ArrayList<>();
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
            Path from = Path.of(entry);
            if (Files.exists(from) && !TOOLS.matcher(from.getFileName().toString()).matches()) {
                String name = jars.size() + ".jar";
                jar(from, folder.resolve(name));
                jars.add(name);
            }
        }
        GuestApp app = new GuestApp(folder, jars);
        app.archiveClasses();
        return app;
    }

    /** The shell command that becomes a Java process on a client. */
    String java(String main, String... arguments) {
        List<String> command = command(GUEST, main, arguments);
        command.addAll(1, List.of("-Xlog:disable", "-XX:SharedArchiveFile=" + GUEST.resolve(ARCHIVE)));
        return "exec " + String.join(" ", command);
    }

    private List<String> command(Path at, String main, String... arguments) {
        List<String> command = new ArrayList<>(List.of(at.resolve("jre/bin/java").toString(), "-Xmx192m",
                "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:-UsePerfData",
                "--enable-native-access=ALL-UNNAMED", "-Dlogback.configurationFile=" + at.resolve("logback.xml"),
                "-cp", jars.stream().map(jar -> at.resolve(jar).toString()).collect(Collectors.joining(":")), main));
        command.addAll(List.of(arguments));
        return command;
    }

    /** A worker that finds no coordinator runs here for a while, so that those on the slow clients start sooner. */
    private void archiveClasses() throws IOException, InterruptedException {
        Path volume = Files.createTempDirectory("volume");
        try (NatsServer nats = NatsServer.start()) {
            List<String> command = command(folder, WorkerMain.class.getName(), "--name", "warm", "--root",
                    volume.toString(), "--nats", nats.url());
            command.add(1, "-XX:ArchiveClassesAtExit=" + folder.resolve(ARCHIVE));
            Process worker = new ProcessBuilder(command).redirectErrorStream(true)
                    .redirectOutput(folder.resolveSibling("archive.log").toFile()).start();
            worker.waitFor(8, TimeUnit.SECONDS);
            worker.destroy();
            worker.waitFor(60, TimeUnit.SECONDS);
        }
    }

    private static void jlink(Path to) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "jlink").toString(),
                "--add-modules", MODULES, "--strip-debug", "--no-header-files", "--no-man-pages",
                "--generate-cds-archive", "--output",
                to.toString()).inheritIO().start();
        if (!process.waitFor(5, TimeUnit.MINUTES) || process.exitValue() != 0) {
            process.destroyForcibly();
            throw new IllegalStateException("jlink made no " + to);
        }
    }

    private static void jar(Path from, Path to) throws IOException {
        if (!Files.isDirectory(from)) {
            Files.copy(from, to);
        } else if (ToolProvider.findFirst("jar").orElseThrow().run(System.out, System.err, "--create", "--file",
                to.toString(), "-C", from.toString(), ".") != 0) {
            throw new IllegalStateException("no jar could be made of " + from);
        }
    }
}
