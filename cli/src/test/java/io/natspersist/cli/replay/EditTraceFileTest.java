// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.replay;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.natspersist.cli.replay.EditTrace.Transaction;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EditTraceFileTest {

    private static final String JSON = """
            {"kind": "passed over", "startContent": "", "endContent": "hé", "more": [{"a": 1}], "txns": [
              {"time": "2021-04-19T06:06:59.000Z", "patches": [[0, 0, "ha"]]},
              {"time": "2021-04-19T06:07:00.500Z", "agent": 3, "patches": [[1, 1, ""], [1, 0, "é"]]}]}
            """;

    private static final List<Transaction> TRANSACTIONS = List.of(
            new Transaction(1_618_812_419_000L, List.of(new Patch(0, 0, "ha"))),
            new Transaction(1_618_812_420_500L, List.of(new Patch(1, 1, ""), new Patch(1, 0, "é"))));

    @TempDir
    private Path folder;

    @Test
    void readsPlainJson() throws IOException {
        Path file = Files.writeString(folder.resolve("trace.json"), JSON);
        assertThat(EditTraceFile.read(file)).isEqualTo(new EditTrace("trace.json", "", "hé", TRANSACTIONS));
    }

    @Test
    void readsGzippedJson() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
            gzip.write(JSON.getBytes(UTF_8));
        }
        Path file = Files.write(folder.resolve("trace.json.gz"), bytes.toByteArray());
        assertThat(EditTraceFile.read(file).transactions()).isEqualTo(TRANSACTIONS);
    }

    @Test
    void saysWhatIsNoTrace() throws IOException {
        for (String wrong : List.of("[]", "{}", "{\"endContent\": \"\", \"txns\": 3}",
                JSON.replace("2021-04-19T06:06:59.000Z", "yesterday"), JSON.replace("[0, 0, \"ha\"]", "[0, 0]"))) {
            Path file = Files.writeString(folder.resolve("wrong.json"), wrong);
            assertThatThrownBy(() -> EditTraceFile.read(file)).as(wrong).isInstanceOf(IOException.class)
                    .hasMessageContaining("wrong.json");
        }
    }

    @Test
    void theFirstTransactionsOfATraceMakeATextOfTheirOwn() {
        EditTrace trace = new EditTrace("t", "", "hé", TRANSACTIONS);
        assertThat(trace.first(1)).isEqualTo(new EditTrace("t", "", "ha", TRANSACTIONS.subList(0, 1)));
        assertThat(trace.first(2)).isSameAs(trace);
    }
}
