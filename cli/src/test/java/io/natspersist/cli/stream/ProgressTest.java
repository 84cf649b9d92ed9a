// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.stream;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.natspersist.cli.terminal.Terminal;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import org.junit.jupiter.api.Test;

class ProgressTest {

    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private long now;

    private Progress progress(boolean watched) {
        PrintStream out = new PrintStream(err, true, UTF_8);
        InputStream in = new ByteArrayInputStream(new byte[4_000_000]);
        return new Progress(in, new Terminal(in, out, out, false, watched), 4_000_000, () -> now);
    }

    private void read(Progress from, long everyNanos) throws IOException {
        for (int i = 0; i < 4; i++) {
            now += everyNanos;
            assertThat(from.read(new byte[1_000_000], 0, 1_000_000)).isEqualTo(1_000_000);
        }
        from.close();
    }

    @Test
    void howFarItHasComeIsSaidAndWipedAway() throws IOException {
        read(progress(true), 1_000_000_000);

        assertThat(err.toString(UTF_8)).startsWith("\r1.0 MB of 4.0 MB, 25%, 1.0 MB/s \r2.0 MB").endsWith(" \r");
    }

    @Test
    void whatIsDoneInAMomentSaysNothing() throws IOException {
        read(progress(true), 100_000_000);

        assertThat(err.toString(UTF_8)).isEmpty();
    }

    @Test
    void whereNobodyLooksNothingIsSaid() throws IOException {
        read(progress(false), 1_000_000_000);

        assertThat(err.toString(UTF_8)).isEmpty();
    }
}
