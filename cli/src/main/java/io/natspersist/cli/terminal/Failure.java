// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.terminal;

/** Ends a command with a message for its user and an exit code. */
public final class Failure extends RuntimeException {

    private final ExitCode exitCode;

    public Failure(ExitCode exitCode, String message) {
        super(message);
        this.exitCode = exitCode;
    }

    public Failure(ExitCode exitCode, String message, Throwable cause) {
        super(message, cause);
        this.exitCode = exitCode;
    }

    public ExitCode exitCode() {
        return exitCode;
    }
}
