// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.file;

import io.natspersist.worker.file.StreamFiles.Opened;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;

/**
 * A process that opens a stream's file and does as it is told: {@code set} applies and syncs one change, {@code close} closes.
 * It answers {@code ok}, or what went wrong.
 */
final class FileHolder implements AutoCloseable {
    private final Process process;
    private final BufferedReader answers;

    private FileHolder(Process process) {
        this.process = process;
        this.answers = process.inputReader();
    }

    static FileHolder start(Path root, long epoch) throws IOException {
        Process process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx64m",
                "-XX:+UseSerialGC", "--enable-native-access=ALL-UNNAMED", "-cp", System.getProperty("java.class.path"),
                FileHolder.class.getName(), root.toString(), Long.toString(epoch))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        return new FileHolder(process);
    }

    String answer() throws IOException {
        return Objects.requireNonNullElse(answers.readLine(), "gone");
    }

    String tell(String what) throws IOException {
        send(what);
        return answer();
    }

    void send(String what) throws IOException {
        process.outputWriter().write(what + "\n");
        process.outputWriter().flush();
    }

    void signal(String name) throws IOException, InterruptedException {
        new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).inheritIO().start().waitFor();
    }

    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    @Override
    public void close() throws InterruptedException {
        kill();
    }

    public static void main(String[] args) throws IOException {
        long epoch = Long.parseLong(args[1]);
        StreamFiles files = new SqliteStreamFiles(Path.of(args[0]));
        Opened opened = files.open(Changes.STREAM, StreamFilesContract.SLOT, epoch);
        StreamFile file = switch (opened) {
            case Opened.File there -> there.file();
            case Opened.Absent absent -> files.create(Changes.STREAM, StreamFilesContract.SLOT, epoch);
            default -> throw new IllegalStateException(opened.toString());
        };
        Changes changes = new Changes(epoch);
        for (long i = file.state().change(); i > 0; i--) {
            changes.set("skipped");
        }
        System.out.println("ok");
        BufferedReader commands = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String command = commands.readLine(); command != null; command = commands.readLine()) {
            try {
                switch (command) {
                    case "set" -> {
                        file.apply(List.of(changes.set("by epoch " + epoch)));
                        file.sync();
                    }
                    case "close" -> file.close();
                    default -> throw new IllegalArgumentException(command);
                }
                System.out.println("ok");
            } catch (StreamFileException e) {
                System.out.println(e.getMessage());
            }
        }
    }
}
