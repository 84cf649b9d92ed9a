// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.kubernetes;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which Kubernetes a command speaks to, in kubectl's own words. */
final class KubernetesOptions {

    @Option(names = {"-n", "--namespace"}, paramLabel = "NAME", description = "the namespace; else that of the context")
    private @Nullable String namespace;

    @Option(names = "--context", paramLabel = "NAME", description = "of the kubeconfig; else the current one")
    private @Nullable String context;

    @Option(names = "--kubeconfig", paramLabel = "FILE", description = "else $KUBECONFIG, else ~/.kube/config")
    private @Nullable Path kubeconfig;

    /** @throws io.natspersist.cli.terminal.Failure where the options lead nowhere */
    Namespace open() {
        return Namespace.open(namespace, context, kubeconfig);
    }
}
