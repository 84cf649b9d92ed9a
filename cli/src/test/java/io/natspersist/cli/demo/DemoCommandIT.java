// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.natspersist.cli.RecordedTerminal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class DemoCommandIT {

    @Test
    void itComesOutRightAndLeavesTheFiles() throws IOException {
        RecordedTerminal terminal = new RecordedTerminal();
        int exitCode = terminal.run("demo", "--seconds", "3");
        System.out.println(terminal.out() + terminal.err());
        assertThat(exitCode).isZero();
        assertThat(terminal.out())
                .contains("kill -9 of w", "yes    after", "has left the volume", "read again it came back within",
                        "deleted by mistake, all 4 settings of ", "It came out right.")
                .doesNotContain("NO ");
        Matcher file = Pattern.compile("sqlite3 (\\S+)").matcher(terminal.out());
        assertThat(file.find()).isTrue();
        assertThat(Files.size(Path.of(file.group(1)))).isPositive();
        new io.natspersist.cli.replay.TemporaryDirectory(directory(terminal.out())).close();
    }

    private static Path directory(String out) {
        Matcher matcher = Pattern.compile("Everything is in (\\S+)").matcher(out);
        assertThat(matcher.find()).isTrue();
        return Path.of(matcher.group(1));
    }
}
