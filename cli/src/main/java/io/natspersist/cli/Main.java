// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli;

import io.natspersist.cli.archive.ExportCommand;
import io.natspersist.cli.archive.ImportCommand;
import io.natspersist.cli.archive.RestoreCommand;
import io.natspersist.cli.bench.BenchCommand;
import io.natspersist.cli.cluster.TableCommand;
import io.natspersist.cli.completion.CompletionCommand;
import io.natspersist.cli.demo.DemoCommand;
import io.natspersist.cli.doctor.DoctorCommand;
import io.natspersist.cli.journal.JournalCommand;
import io.natspersist.cli.kubernetes.KubectlCommand;
import io.natspersist.cli.local.UpCommand;
import io.natspersist.cli.replay.ReplayCommand;
import io.natspersist.cli.stream.AllCommand;
import io.natspersist.cli.stream.ClearCommand;
import io.natspersist.cli.stream.ConfigCommand;
import io.natspersist.cli.stream.DelCommand;
import io.natspersist.cli.stream.DestroyCommand;
import io.natspersist.cli.stream.FlushCommand;
import io.natspersist.cli.stream.GetCommand;
import io.natspersist.cli.stream.InfoCommand;
import io.natspersist.cli.stream.KeysCommand;
import io.natspersist.cli.stream.ListCommand;
import io.natspersist.cli.stream.ReindexCommand;
import io.natspersist.cli.stream.SetCommand;
import io.natspersist.cli.stream.TreeCommand;
import io.natspersist.cli.stream.VersionsCommand;
import io.natspersist.cli.stream.WatchCommand;
import io.natspersist.cli.stream.WhereCommand;
import io.natspersist.cli.terminal.ExitCode;
import io.natspersist.cli.terminal.FailureReport;
import io.natspersist.cli.terminal.ServerOptions;
import io.natspersist.cli.terminal.Terminal;
import io.natspersist.protocol.Version;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;

/** The {@code persist} command. */
public final class Main {

    private static final int WIDTH = 100;

    private Main() {}

    public static void main(String[] args) {
        Terminal terminal = Terminal.ofProcess();
        int exitCode = run(terminal, args);
        terminal.out().flush();
        System.exit(exitCode);
    }

    /** Runs one command and gives its exit code. */
    public static int run(Terminal terminal, String... args) {
        boolean plugin = args.length > 0 && args[0].equals(KubectlCommand.WORD);
        return plugin
                ? plugin(terminal).execute(Arrays.copyOfRange(args, 1, args.length))
                : commandLine(terminal).execute(args);
    }

    /** The words of {@code kubectl persist}, called so also in what is said about them. */
    private static CommandLine plugin(Terminal terminal) {
        CommandLine line = KubectlCommand.line(terminal);
        line.setCommandName("kubectl persist");
        describe(line);
        return equipped(line, terminal);
    }

    static CommandLine commandLine(Terminal terminal) {
        CommandLine line = new CommandLine(new Persist(terminal));
        Stream.<Object>of(new SetCommand(terminal), new GetCommand(terminal), new DelCommand(terminal),
                new DestroyCommand(terminal), new ListCommand(terminal), new TreeCommand(terminal),
                new ReindexCommand(terminal),
                new AllCommand(terminal),
                new KeysCommand(terminal), new InfoCommand(terminal), new WatchCommand(terminal),
                new WhereCommand(terminal),
                new FlushCommand(terminal), new UpCommand(terminal), new DemoCommand(terminal),
                new ReplayCommand(terminal), new BenchCommand(terminal),
                new ClearCommand(terminal), new ConfigCommand(terminal), new TableCommand(terminal),
                new ExportCommand(terminal),
                new ImportCommand(terminal), new VersionsCommand(terminal), new RestoreCommand(terminal),
                new DoctorCommand(terminal), new CompletionCommand(terminal),
                new JournalCommand(terminal), KubectlCommand.line(terminal)).forEach(line::addSubcommand);
        line.getCommandSpec().usageMessage().width(WIDTH);
        line.getSubcommands().values().forEach(Main::describe);
        return equipped(line, terminal);
    }

    private static CommandLine equipped(CommandLine line, Terminal terminal) {
        line.setCaseInsensitiveEnumValuesAllowed(true);
        line.setOut(new PrintWriter(terminal.out(), true, StandardCharsets.UTF_8));
        line.setErr(new PrintWriter(terminal.err(), true, StandardCharsets.UTF_8));
        line.setExecutionExceptionHandler((failure, command, parsed) -> {
            FailureReport report = FailureReport.of(failure, ServerOptions.DEFAULT_SERVER);
            terminal.err().println(report.line(false));
            return report.exitCode().number();
        });
        return line;
    }

    private static void describe(CommandLine command) {
        CommandSpec spec = command.getCommandSpec();
        spec.mixinStandardHelpOptions(true);
        spec.usageMessage().width(WIDTH);
        command.getSubcommands().values().forEach(Main::describe);
    }

    /** The command without a word: says which words there are. */
    @Command(name = "persist", mixinStandardHelpOptions = true, version = "persist "
            + Version.CURRENT, synopsisSubcommandLabel = "COMMAND", description = {
                    "Streams and key-value stores for core NATS: one SQLite file each, served by stateless workers.",
                    "",
                    "'persist COMMAND --help' says more, with examples."}, commandListHeading = "%nCommands:%n")
    private static final class Persist implements Runnable {

        private final Terminal terminal;

        private Persist(Terminal terminal) {
            this.terminal = terminal;
        }

        @Override
        public void run() {
            CommandLine line = commandLine(terminal);
            line.getCommandSpec().usageMessage().footer(footer());
            line.usage(terminal.out());
        }

        private static String[] footer() {
            Stream<String> codes = Arrays.stream(ExitCode.values())
                    .map(code -> "  " + code.number() + "  " + code.meaning());
            return Stream.concat(Stream.of("", "Exit codes:"), codes).toArray(String[]::new);
        }
    }
}
