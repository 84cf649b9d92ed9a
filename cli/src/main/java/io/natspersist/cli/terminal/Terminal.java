// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.terminal;

import java.io.FileOutputStream;
import java.io.FileDescriptor;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Where a command reads and writes.
 *
 * @param interactive whether a person looks on
 * @param watched whether a person sees what goes to {@code err}, also where input or output is a file or a pipe
 */
public record Terminal(InputStream in, PrintStream out, PrintStream err, boolean interactive, boolean watched) {

    private static final Path OWN_ERR = Path.of("/proc/self/fd/2");

    public Terminal(InputStream in, PrintStream out, PrintStream err, boolean interactive) {
        this(in, out, err, interactive, interactive);
    }

    /** That of the process: UTF-8 whatever the locale, buffered; flush what must be seen. */
    @SuppressWarnings("SystemConsoleNull") // it may, where there is no terminal
    public static Terminal ofProcess() {
        return new Terminal(System.in,
                new PrintStream(new FileOutputStream(FileDescriptor.out), false, StandardCharsets.UTF_8),
                new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8),
                System.console() != null && System.console().isTerminal(), isErrATerminal());
    }

    /** Java does not say, so this asks Linux; elsewhere it is taken for none unless input and output are a terminal. */
    @SuppressWarnings("SystemConsoleNull")
    private static boolean isErrATerminal() {
        try {
            return Files.isSymbolicLink(OWN_ERR)
                    ? Files.readSymbolicLink(OWN_ERR).toString().matches("/dev/(pts/|tty|console).*")
                    : System.console() != null && System.console().isTerminal();
        } catch (IOException e) {
            return false;
        }
    }

    /** Prints a line that is seen at once. */
    public void say(String line) {
        out.println(line);
        out.flush();
    }
}
