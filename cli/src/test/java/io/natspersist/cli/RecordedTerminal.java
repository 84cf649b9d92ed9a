// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.natspersist.cli.terminal.Terminal;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;

/** Runs commands in this process and keeps what they print. */
public final class RecordedTerminal {

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private String[] common = {};

    /** Arguments that follow those of every command from now on. */
    public void always(String... arguments) {
        common = arguments;
    }

    /** Runs a command with nothing on standard input, and gives its exit code. */
    public int run(String... arguments) {
        return runWith("", arguments);
    }

    public int runWith(String input, String... arguments) {
        out.reset();
        err.reset();
        String[] all = new String[arguments.length + common.length];
        System.arraycopy(arguments, 0, all, 0, arguments.length);
        System.arraycopy(common, 0, all, arguments.length, common.length);
        return Main.run(new Terminal(new ByteArrayInputStream(input.getBytes(UTF_8)), new PrintStream(out, true, UTF_8),
                new PrintStream(err, true, UTF_8), false), all);
    }

    /** What the last command printed. */
    public String out() {
        return out.toString(UTF_8);
    }

    /** The same, not as text. */
    public byte[] bytes() {
        return out.toByteArray();
    }

    public String err() {
        return err.toString(UTF_8);
    }
}
