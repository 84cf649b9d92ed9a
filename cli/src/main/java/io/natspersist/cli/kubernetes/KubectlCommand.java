// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.kubernetes;

import io.natspersist.cli.terminal.Terminal;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** The commands of {@code kubectl persist}, which ask Kubernetes and not NATS. */
@Command(name = KubectlCommand.WORD, synopsisSubcommandLabel = "COMMAND", description = {
        "What kubectl persist does: clusters that the operator runs, seen from Kubernetes alone.",
        "A link named kubectl-persist to this command, in a folder of the PATH, makes it a plugin of kubectl."}, commandListHeading = "%nCommands:%n", footer = {
                "", "Examples:", "  persist kubectl status --namespace shop",
                "  kubectl persist status --namespace shop"})
public final class KubectlCommand implements Runnable {

    /** Before the plugin's own words. */
    public static final String WORD = "kubectl";

    private final Terminal terminal;

    @Spec
    private @Nullable CommandSpec spec;

    private KubectlCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    public static CommandLine line(Terminal terminal) {
        CommandLine line = new CommandLine(new KubectlCommand(terminal));
        Stream.of(new StatusCommand(terminal), new WhereCommand(terminal), new DrainCommand(terminal),
                new ReportCommand(terminal)).forEach(line::addSubcommand);
        return line;
    }

    @Override
    public void run() {
        if (spec != null) {
            spec.commandLine().usage(terminal.out());
            terminal.out().flush();
        }
    }
}
