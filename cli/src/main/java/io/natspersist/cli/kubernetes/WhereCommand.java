// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.kubernetes;

import io.natspersist.cli.terminal.ExitCode;
import io.natspersist.cli.terminal.Terminal;
import io.natspersist.operator.crd.PersistCluster;
import io.natspersist.protocol.Json;
import io.natspersist.protocol.StreamName;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "where", description = {"Say which worker, pod and node serve a stream.",
        "Read from the assignment table that the operator keeps; NATS is not asked, and the stream need not exist.",
        "Exit code 5 where nobody serves it just now."}, footer = {"", "Examples:",
                "  kubectl persist where projects.42.notes",
                "  kubectl persist where projects.42.notes --cluster main -o json"})
final class WhereCommand extends KubernetesCommand {

    @Parameters(index = "0", paramLabel = "STREAM", description = "such as projects.42.notes")
    private String stream = "";

    @Option(names = {"-c", "--cluster"}, paramLabel = "CLUSTER", description = "else the only one of the namespace")
    private @Nullable String cluster;

    @Mixin
    private OutputOption output = new OutputOption();

    WhereCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    boolean json() {
        return output.json();
    }

    @Override
    ExitCode run(Namespace namespace) {
        StreamName name = new StreamName(stream);
        PersistCluster found = namespace.cluster(cluster);
        Place place = Place.of(name, found, namespace.table(found), namespace.workers(found));
        if (json()) {
            terminal().out().println(new String(Json.write(place), StandardCharsets.UTF_8));
        } else {
            place.lines().forEach(terminal().out()::println);
        }
        return place.worker() == null ? ExitCode.UNREACHABLE : ExitCode.OK;
    }
}
