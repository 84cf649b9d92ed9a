// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.kubernetes;

import io.natspersist.cli.terminal.ExitCode;
import io.natspersist.cli.terminal.Terminal;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(name = "report", description = {
        "Gather in one zip file what somebody needs who is to say what is wrong:",
        "status, objects, events, logs and metrics of workers and operator. No Secret is read; users and passwords in URLs, NATS credentials and private keys are",
        "blacked out. Read it before you give it away. What you may not see is left out, and missing.txt says so."}, footer = {
                "", "Examples:", "  kubectl persist report --namespace shop",
                "  kubectl persist report -o shop.zip --operator-namespace persist-system"})
final class ReportCommand extends KubernetesCommand {

    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'")
            .withZone(ZoneOffset.UTC);

    @Option(names = {"-o",
            "--output"}, paramLabel = "FILE", description = "else persist-report-NAMESPACE-TIME.zip here")
    private @Nullable Path output;

    @Option(names = "--operator-namespace", paramLabel = "NAME", description = "where the operator is; else it is looked for in"
            + " all")
    private @Nullable String operatorNamespace;

    @Option(names = "--lines", paramLabel = "N", defaultValue = "20000", description = "of each log, the last ones"
            + " (${DEFAULT-VALUE})")
    private int lines = 20_000;

    ReportCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    ExitCode run(Namespace namespace) throws IOException {
        namespace.clusters(); // says what is wrong before a file is made
        Path path = output == null
                ? Path.of("persist-report-" + namespace.name() + "-" + TIME.format(Instant.now()) + ".zip")
                : output;
        try (ReportFile file = new ReportFile(path)) {
            new Report(namespace, file, lines).write(operatorNamespace);
            terminal().out().println(path + ": " + file.files() + " files");
            file.missing().forEach(missing -> terminal().err().println("persist: left out " + missing));
        }
        return ExitCode.OK;
    }
}
