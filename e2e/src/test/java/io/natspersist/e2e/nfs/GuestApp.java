// SPDX-License-Identifier: Apache-2.0
package io.natspersist.e2e.nfs;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The folder that the clients see as /app: a small JRE, and this test's own class path without the tools for tests. */
record GuestApp(Path folder, String classPath) {

    private static final Pattern TOOLS = Pattern.compile(
            ".*(junit|surefire|assertj|archunit|awaitility|opentest4j|apiguardian|hamcrest|byte-buddy|picocli).*");
    private static final String MODULES = "java.base,java.sql,java.naming,java.management,jdk.unsupported,jdk.crypto.ec";
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
        List<String> classPath = new ArrayList<>();
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
            Path from = Path.of(entry);
            if (Files.exists(from) && !TOOLS.matcher(from.getFileName().toString()).matches()) {
                String name = classPath.size() + "-" + from.getFileName();
                copy(from, folder.resolve(name));
                classPath.add("/app/" + name);
            }
        }
        Files.writeString(folder.resolve("logback.xml"), LOGGING);
        return new GuestApp(folder, String.join(":", classPath));
    }

    /** The shell command that becomes a Java process. */
    String java(String main, String... arguments) {
        return "exec /app/jre/bin/java -Xmx192m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -XX:-UsePerfData"
                + " --enable-native-access=ALL-UNNAMED -Dlogback.configurationFile=/app/logback.xml -cp " + classPath
                + " " + main + " " + String.join(" ", arguments);
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

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> all = Files.walk(from)) {
            for (Path each : (Iterable<Path>) all::iterator) {
                Path target = to.resolve(from.relativize(each).toString());
                if (Files.isDirectory(each)) {
                    Files.createDirectories(target);
                } else {
                    Files.copy(each, target, StandardCopyOption.REPLACE_EXISTING);
                }
            }
        }
    }
}
