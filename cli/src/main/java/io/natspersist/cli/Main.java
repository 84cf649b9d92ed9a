// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The {@code persist} command. */
@Command(name = "persist", description = "Streams and key-value stores for core NATS.")
public final class Main implements Runnable {

    private Main() {
    }

    public static void main(String[] args) {
        System.exit(new CommandLine(new Main()).execute(args));
    }

    @Override
    public void run() {
        CommandLine.usage(this, System.out);
    }
}
