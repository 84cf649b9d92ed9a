// SPDX-License-Identifier: Apache-2.0
package io.natspersist.e2e.kubernetes;

import io.fabric8.kubernetes.api.model.PersistentVolumeClaimBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.LocalPortForward;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A cluster at hand. Its nodes must have the images of operator and worker, and its default storage class must have volumes that many
 * nodes mount at once.
 */
class GivenCluster implements TestCluster {

    private final Path kubeconfig;
    private final KubernetesClient client;
    private final List<LocalPortForward> forwards = new ArrayList<>();

    GivenCluster(Path kubeconfig) {
        this.kubeconfig = kubeconfig;
        this.client = new KubernetesClientBuilder().withConfig(Config.fromKubeconfig(kubeconfig.toFile())).build();
    }

    @Override
    public String name() {
        return kubeconfig.toString();
    }

    @Override
    public Path kubeconfig() {
        return kubeconfig;
    }

    @Override
    public KubernetesClient client() {
        return client;
    }

    @Override
    public boolean takesImages() {
        return false;
    }

    @Override
    public void load(Path image) {
        throw new UnsupportedOperationException("nodes of " + name() + " cannot be given images");
    }

    @Override
    public void claim(String namespace, String name) {
        client.resource(new PersistentVolumeClaimBuilder().withNewMetadata().withName(name).withNamespace(namespace)
                .endMetadata().withNewSpec().withAccessModes("ReadWriteMany").withNewResources()
                .addToRequests("storage", new Quantity("1Gi")).endResources().endSpec().build()).create();
    }

    @Override
    public String reach(String namespace, String service, int port) {
        LocalPortForward forward = client.services().inNamespace(namespace).withName(service).portForward(port);
        forwards.add(forward);
        return "127.0.0.1:" + forward.getLocalPort();
    }

    @Override
    public Optional<NodeFaults> faults() {
        return Optional.empty();
    }

    @Override
    public void close() {
        for (LocalPortForward forward : forwards) {
            try {
                forward.close();
            } catch (IOException e) {
                System.out.println(e);
            }
        }
        client.close();
    }
}
