// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.terminal;

/** How a command ends. Scripts rely on the numbers: they never change. */
public enum ExitCode {
    OK(0, "done"),
    /** The service refused or failed, or a demonstration did not come out right. */
    FAILED(1, "it failed; the message says why"),
    USAGE(2, "the command line makes no sense"),
    NOT_FOUND(3, "there is no such message or key"),
    CONFLICT(4, "a condition (--expect-seq, --expect-last-seq, --create) does not hold; nothing was changed"),
    UNREACHABLE(5, "no server, or nobody serves the stream in time");

    private final int number;
    private final String meaning;

    ExitCode(int number, String meaning) {
        this.number = number;
        this.meaning = meaning;
    }

    public int number() {
        return number;
    }

    /** For the help text. */
    public String meaning() {
        return meaning;
    }
}
