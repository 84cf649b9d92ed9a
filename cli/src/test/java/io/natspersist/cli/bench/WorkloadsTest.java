// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.natspersist.cli.bench.report.MarkdownReport;
import io.natspersist.cli.bench.workload.Workload;
import io.natspersist.cli.bench.workload.Workloads;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class WorkloadsTest {

    @Test
    void eachIsExplainedUnderItsName() throws IOException {
        String page = page();
        assertThat(Workloads.all()).extracting(Workload::name).doesNotHaveDuplicates().hasSizeGreaterThan(10)
                .allSatisfy(name -> assertThat(page).contains("`" + name + "`"));
    }

    @Test
    void thePageHasAPlaceForTheFigures() throws IOException {
        assertThat(page()).containsSubsequence(MarkdownReport.BEGIN, MarkdownReport.END);
    }

    private static String page() throws IOException {
        Path root = Path.of("").toAbsolutePath();
        while (!Files.exists(root.resolve("persist"))) {
            root = root.getParent();
        }
        return Files.readString(root.resolve("docs/benchmarks.md"));
    }
}
