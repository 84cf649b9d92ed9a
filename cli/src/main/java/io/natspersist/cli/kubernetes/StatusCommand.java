// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.kubernetes;

import io.natspersist.cli.terminal.ExitCode;
import io.natspersist.cli.terminal.Terminal;
import io.natspersist.operator.crd.PersistClusterStatus;
import io.natspersist.operator.crd.Phase;
import io.natspersist.protocol.Json;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(name = "status", description = {
        "Say how clusters are: phase, conditions, workers with their slots and open streams, what is wrong and what to do.",
        "Exit code 1 where one is degraded, or no operator reports on it."}, footer = {"", "Examples:",
                "  kubectl persist status", "  kubectl persist status main --namespace shop",
                "  kubectl persist status -o json"})
final class StatusCommand extends KubernetesCommand {

    @Parameters(index = "0", arity = "0..1", paramLabel = "CLUSTER", description = "else all of the namespace")
    private @Nullable String cluster;

    @Mixin
    private OutputOption output = new OutputOption();

    StatusCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    boolean json() {
        return output.json();
    }

    @Override
    ExitCode run(Namespace namespace) {
        List<ClusterView> views = (cluster == null ? namespace.clusters() : List.of(namespace.cluster(cluster)))
                .stream().map(namespace::view).toList();
        if (json()) {
            views.forEach(view -> terminal().out()
                    .println(new String(Json.write(StatusJson.of(view)), StandardCharsets.UTF_8)));
        } else if (views.isEmpty()) {
            terminal().out().println("there is no PersistCluster in the namespace " + namespace.name());
        } else {
            print(views);
        }
        return views.stream().allMatch(StatusCommand::isSound) ? ExitCode.OK : ExitCode.FAILED;
    }

    private void print(List<ClusterView> views) {
        for (int i = 0; i < views.size(); i++) {
            if (i > 0) {
                terminal().out().println();
            }
            StatusText.lines(views.get(i)).forEach(terminal().out()::println);
        }
    }

    private static boolean isSound(ClusterView view) {
        PersistClusterStatus status = view.status();
        return status != null && status.phase() != null && status.phase() != Phase.DEGRADED;
    }
}
