// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WorkerProcessIT {

    @TempDir
    Path folder;

    @Test
    void whatAMisconfiguredWorkerSaidIsRepeated() throws Exception {
        assertThat(lastWords("for line in 1 2 3 4 5 6; do echo line $line; done; exit 2"))
                .isEqualTo("\n  line 2\n  line 3\n  line 4\n  line 5\n  line 6");
    }

    @Test
    void ofOneThatDiedOtherwiseTheLogIsEnough() throws Exception {
        assertThat(lastWords("echo halting; exit 3")).isEmpty();
    }

    private String lastWords(String script) throws Exception {
        WorkerProcess process = WorkerProcess.start(List.of("sh", "-c", script), folder.resolve("w0.log"));
        assertThat(process.awaitExit(60_000)).isTrue();
        return process.lastWords();
    }
}
