// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.natspersist.protocol.table.Incarnation;
import io.natspersist.worker.disk.Disk;
import io.natspersist.worker.disk.VolumeDisk;
import io.natspersist.worker.journal.Sealing.Result;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Processes that write, and this one that takes over, with the kernel's locks. */
@Timeout(120)
class JournalProcessIT {

    @TempDir
    Path volume;

    private final List<Process> started = new ArrayList<>();
    private final List<String> said = Collections.synchronizedList(new ArrayList<>());
    private final Incarnation id = new Incarnation("w0", 1);

    @AfterEach
    void endProcesses() throws InterruptedException {
        for (Process process : started) {
            process.destroyForcibly();
            process.waitFor();
        }
    }

    /** What the processes have said so far; they may go on. */
    private List<String> lines() {
        return List.copyOf(said);
    }

    private Process start(Durability durability) throws IOException {
        Process process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx128m",
                "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp", System.getProperty("java.class.path"),
                JournalProcess.class.getName(), volume.toString(), id.toString(), durability.name())
                .redirectError(ProcessBuilder.Redirect.INHERIT).start();
        started.add(process);
        Thread.ofPlatform().daemon().start(() -> {
            try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
                lines.lines().forEach(said::add);
            } catch (IOException | java.io.UncheckedIOException e) {
                // it has ended
            }
        });
        return process;
    }

    private List<Long> acknowledged() {
        return lines().stream().filter(line -> line.matches("[0-9]+")).map(Long::parseLong).toList();
    }

    private void awaitAcknowledged(int more) {
        int before = acknowledged().size();
        await().atMost(Duration.ofSeconds(30)).until(() -> acknowledged().size() >= before + more);
    }

    private Disk disk() throws IOException {
        return new VolumeDisk(volume);
    }

    private void awaitSealed() {
        await().atMost(Duration.ofSeconds(20)).pollInterval(Duration.ofMillis(20))
                .until(() -> Sealing.seal(disk(), id, true) instanceof Result.Sealed);
    }

    private List<Long> read() throws IOException {
        List<Long> read = new ArrayList<>();
        JournalReader.read(disk(), id, change -> read.add(change.number()));
        return read;
    }

    private void signal(Process process, String signal) throws IOException, InterruptedException {
        assertThat(new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid())).start().waitFor()).isZero();
    }

    private void assertAllRead() throws IOException {
        List<Long> read = read();
        assertThat(read).isSorted().doesNotHaveDuplicates().containsAll(acknowledged());
        System.out.println("acknowledged " + acknowledged().size() + ", read " + read.size());
    }

    @ParameterizedTest
    @EnumSource(value = Durability.class, names = {"SYNC", "RELAXED"})
    void aKilledProcessLosesNothingThatItAcknowledged(Durability durability) throws Exception {
        Process process = start(durability);
        awaitAcknowledged(3000);
        process.destroyForcibly().waitFor();
        awaitSealed();
        assertAllRead();
        assertThat(JournalFolder.segments(disk().list("journals/w0.1")).size()).as("it has rolled").isGreaterThan(5);
    }

    @Test
    void whoComesWhileTheOwnerWritesIsKeptOut() throws Exception {
        Process process = start(Durability.SYNC);
        awaitAcknowledged(500);
        for (int i = 0; i < 200; i++) {
            assertThat(Sealing.seal(disk(), id, false)).isEqualTo(new Result.StillLocked());
        }
        awaitAcknowledged(500);
        List<String> lines = lines();
        assertThat(process.isAlive()).as(String.join("\n", lines.subList(Math.max(0, lines.size() - 3), lines.size())))
                .isTrue();
        process.destroyForcibly().waitFor();
        awaitSealed();
        assertAllRead();
    }

    @Test
    void aSecondProcessOfTheSameIncarnationDoesNotBegin() throws Exception {
        start(Durability.SYNC);
        awaitAcknowledged(100);
        Process second = start(Durability.SYNC);
        assertThat(second.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(second.exitValue()).isEqualTo(3);
        assertThat(lines()).filteredOn(line -> line.equals("opened")).hasSize(1);
        awaitAcknowledged(100);
    }

    @Test
    void anOwnerThatIsToldToHaltDoes() throws Exception {
        Process process = start(Durability.SYNC);
        awaitAcknowledged(500);
        assertThat(Sealing.seal(disk(), id, true)).isEqualTo(new Result.StillLocked());
        assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
        awaitSealed();
        assertAllRead();
        assertThat(lines()).last().asString().contains("told to halt");
    }

    @Test
    void aStoppedOwnerKeepsItsLockUntilItIsKilled() throws Exception {
        Process process = start(Durability.SYNC);
        awaitAcknowledged(500);
        signal(process, "STOP");
        for (int i = 0; i < 100; i++) {
            assertThat(Sealing.seal(disk(), id, true)).isEqualTo(new Result.StillLocked());
        }
        signal(process, "KILL");
        process.waitFor();
        awaitSealed();
        assertAllRead();
    }

    @Test
    void aStoppedOwnerThatWakesHaltsAndEverythingItStillAcknowledgedIsRead() throws Exception {
        Process process = start(Durability.SYNC);
        awaitAcknowledged(500);
        signal(process, "STOP");
        assertThat(Sealing.seal(disk(), id, true)).isEqualTo(new Result.StillLocked());
        signal(process, "CONT");
        assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
        awaitSealed();
        assertAllRead();
    }

    @Test
    void whatASealedJournalsFolderStillGetsIsNotWrittenByItsOwner() throws Exception {
        Process process = start(Durability.SYNC);
        awaitAcknowledged(500);
        signal(process, "STOP");
        int segments = JournalFolder.segments(disk().list("journals/w0.1")).size();
        // As a successor would who holds the lock: the name of the next segment is taken.
        disk().createNew(JournalFolder.of(id).segment(segments + 1L)).close();
        signal(process, "CONT");
        assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
        assertThat(lines()).last().asString().contains("exists");
        awaitSealed();
        assertAllRead();
    }
}
