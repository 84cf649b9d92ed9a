// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.journal;

import static org.assertj.core.api.Assertions.assertThat;

import io.natspersist.protocol.Json;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JournalPrinterTest {

    @TempDir
    Path folder;

    private final JournalRun run = new JournalRun(1, JournalRun.SMALL);
    private boolean undamaged;

    @BeforeEach
    void givenAJournalOfTwoSegments() throws IOException {
        run.open();
        for (int i = 0; i < 4; i++) {
            run.onLoop(() -> run.append(100));
            run.time.runUntil(() -> run.writer.oldestUnforcedMillis() == 0, 1000);
        }
        run.onLoop(() -> run.writer.noteApplied(JournalRun.STREAM, 2));
        run.time.runUntil(() -> run.writer.oldestUnforcedMillis() == 0, 1000);
        run.volume.kill("x");
        run.takeOver("y");
        for (String name : run.volume.names("journals/w0.7")) {
            Files.write(folder.resolve(name), run.volume.contents("journals/w0.7/" + name));
        }
    }

    private List<String> print(boolean json) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8)) {
            undamaged = JournalPrinter.print(folder, json, out);
        }
        return bytes.toString(StandardCharsets.UTF_8).lines().toList();
    }

    @Test
    void aJournalIsPrintedForPeople() throws IOException {
        List<String> lines = print(false);
        assertThat(undamaged).isTrue();
        assertThat(lines).hasSize(2 + 5 + 5 + 1)
                .contains(
                        "    set        a.b change 1, epoch 3, 1970-01-01T00:00:01.001Z, seq 1, key \"key1\", id \"id1\", 100 bytes",
                        "    applied    a.b up to change 2");
        assertThat(lines.getFirst()).startsWith("segment 1 of journal w0.7, ");
        assertThat(lines.getLast()).startsWith("4 changes, last group 5, ")
                .endsWith(" in 2 segments, sealed; segment 2 ends after group 5");
    }

    @Test
    void aJournalIsPrintedForPrograms() throws IOException {
        List<Map<?, ?>> objects = print(true).stream()
                .<Map<?, ?>>map(line -> Json.read(line.getBytes(StandardCharsets.UTF_8), Map.class)).toList();
        assertThat(objects.stream().<Object>map(o -> o.get("kind")).toList()).containsExactly("segment", "group", "set",
                "group",
                "set", "group", "set", "segment", "group", "set", "group", "applied", "end");
        assertThat(objects.getLast().get("sealed")).isEqualTo(true);
        assertThat(objects.get(2).get("key")).isEqualTo("key1");
    }

    @Test
    void whereAndWhyItStopsIsPrinted() throws IOException {
        Path first = folder.resolve("0000000001.log");
        byte[] bytes = Files.readAllBytes(first);
        bytes[bytes.length - 10] ^= 4;
        Files.write(first, bytes);
        List<String> lines = print(false);
        assertThat(undamaged).isFalse();
        assertThat(lines.getLast()).contains("CORRUPT", "segment 1, offset ", "group 3: checksum does not match",
                "because segment 2 follows");
        assertThat(print(true).getLast()).contains("\"kind\":\"corrupt\"");
    }

    @Test
    void aJournalThatMayNotBeWrittenIsPrinted() throws IOException {
        assertThat(folder.resolve("0000000001.log").toFile().setWritable(false)).isTrue();
        print(false);
        assertThat(undamaged).isTrue();
    }
}
