// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.kubernetes;

import picocli.CommandLine.Option;

/** In which form a command answers. */
final class OutputOption {

    /** The forms. */
    enum Format {
        TEXT, JSON
    }

    @Option(names = {"-o",
            "--output"}, paramLabel = "FORMAT", description = "text (unless given) or json; errors too, on standard error")
    private Format format = Format.TEXT;

    boolean json() {
        return format == Format.JSON;
    }
}
