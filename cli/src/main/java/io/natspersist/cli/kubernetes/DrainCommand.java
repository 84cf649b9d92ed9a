// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.kubernetes;

import io.fabric8.kubernetes.api.model.Pod;
import io.natspersist.cli.terminal.ExitCode;
import io.natspersist.cli.terminal.Terminal;
import java.time.Instant;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "drain", description = {
        "Have a worker, or all workers on a node, hand over their streams and be replaced.",
        "Clients see redirects. The pods are evicted, one after another, and each is waited for until every slot is served",
        "again. A node must not take new pods meanwhile: 'kubectl cordon' sees to that ('kubectl drain' does all of it, for",
        "all pods of a node)."}, footer = {
                "", "Examples:", "  kubectl persist drain main-worker-7c9f4d5b8-x2x9q",
                "  kubectl cordon node1 && kubectl persist drain node1"})
final class DrainCommand extends KubernetesCommand {

    @Parameters(index = "0", paramLabel = "WORKER|NODE", description = "the name of a worker's pod, or of a node")
    private String target = "";

    @Option(names = "--timeout", paramLabel = "SECONDS", defaultValue = "300", description = "how long to wait for each worker"
            + " (${DEFAULT-VALUE}); what has begun goes on by itself")
    private int timeoutSeconds = 300;

    DrainCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    ExitCode run(Namespace namespace) throws InterruptedException {
        for (Pod pod : new DrainTarget(namespace).pods(target)) {
            new Drain(namespace, pod, Instant.now().plusSeconds(timeoutSeconds), terminal()::say).run();
        }
        return ExitCode.OK;
    }
}
