// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.terminal;

import java.io.FileOutputStream;
import java.io.FileDescriptor;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/**
 * Where a command reads and writes.
 *
 * @param interactive whether a person looks on
 */
public record Terminal(InputStream in, PrintStream out, PrintStream err, boolean interactive) {

    /** That of the process: UTF-8 whatever the locale, buffered; flush what must be seen. */
    @SuppressWarnings("SystemConsoleNull") // it may, where there is no terminal
    public static Terminal ofProcess() {
        return new Terminal(System.in,
                new PrintStream(new FileOutputStream(FileDescriptor.out), false, StandardCharsets.UTF_8),
                new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8),
                System.console() != null && System.console().isTerminal());
    }

    /** Prints a line that is seen at once. */
    public void say(String line) {
        out.println(line);
        out.flush();
    }
}
