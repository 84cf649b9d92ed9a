// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.bench.report;

import io.natspersist.cli.local.NatsServerBinary;
import io.natspersist.protocol.Version;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** What it was measured on, and with which versions. */
public record Machine(int processors, String cpu, String system, String java, String natsServer, String persist) {

    private static final Path CPUS = Path.of("/proc/cpuinfo");

    /** This one. */
    public static Machine here() throws IOException {
        return new Machine(Runtime.getRuntime().availableProcessors(), cpuModel(),
                System.getProperty("os.name") + " " + System.getProperty("os.arch"), Runtime.version().toString(),
                natsServerVersion(), Version.CURRENT);
    }

    private static String cpuModel() throws IOException {
        if (!Files.isReadable(CPUS)) {
            return "";
        }
        try (Stream<String> lines = Files.lines(CPUS)) {
            return lines.filter(line -> line.startsWith("model name")).findFirst()
                    .map(line -> line.substring(line.indexOf(':') + 1).strip()).orElse("");
        }
    }

    private static String natsServerVersion() throws IOException {
        Process process = new ProcessBuilder(NatsServerBinary.find(System.getenv()).toString(), "-v")
                .redirectErrorStream(true).start();
        return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip()
                .replaceFirst(".*v", "");
    }

    String text() {
        return String.format("%d processors%s, %s, Java %s, nats-server %s", processors,
                cpu.isEmpty() ? "" : " (" + cpu + ")", system, java, natsServer);
    }
}
