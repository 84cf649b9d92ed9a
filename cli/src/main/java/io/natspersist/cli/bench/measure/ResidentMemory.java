// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.bench.measure;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** How much memory processes have, where there is a {@code /proc} to say it. */
public final class ResidentMemory {

    private ResidentMemory() {}

    public static boolean known() {
        return Files.isReadable(Path.of("/proc/self/status"));
    }

    /** Bytes, together; a process that is gone has none. */
    public static long of(List<Long> pids) {
        return pids.stream().mapToLong(ResidentMemory::of).sum();
    }

    private static long of(long pid) {
        try (Stream<String> lines = Files.lines(Path.of("/proc", Long.toString(pid), "status"))) {
            return lines.filter(line -> line.startsWith("VmRSS:"))
                    .mapToLong(line -> 1024 * Long.parseLong(line.replaceAll("\\D", ""))).sum();
        } catch (IOException | UncheckedIOException e) {
            return 0;
        }
    }

    /** Has a Java process collect its garbage; false: this Java has no {@code jcmd} to ask it with. */
    public static boolean collectGarbage(long pid) throws IOException, InterruptedException {
        Path jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd");
        if (!Files.isExecutable(jcmd)) {
            return false;
        }
        Process process = new ProcessBuilder(jcmd.toString(), Long.toString(pid), "GC.run")
                .redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
        return process.waitFor(60, TimeUnit.SECONDS) && process.exitValue() == 0;
    }
}
