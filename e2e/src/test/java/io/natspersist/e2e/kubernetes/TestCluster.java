// SPDX-License-Identifier: Apache-2.0
package io.natspersist.e2e.kubernetes;

import io.fabric8.kubernetes.client.KubernetesClient;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** A Kubernetes whose nodes run containers. Ends what it began when it is closed. */
interface TestCluster extends AutoCloseable {

    /** In a word, for what tests print. */
    String name();

    /** An administrator's. */
    Path kubeconfig();

    /** An administrator's. */
    KubernetesClient client();

    /** Those that pods can be on, by name. */
    default List<String> nodes() {
        return client().nodes().list().getItems().stream()
                .filter(node -> node.getSpec().getTaints().stream()
                        .noneMatch(taint -> taint.getEffect().equals("NoSchedule")))
                .map(node -> node.getMetadata().getName()).sorted().toList();
    }

    /** Whether it can be given images; else its nodes have those of this project already, and pull nats-server's. */
    default boolean takesImages() {
        return true;
    }

    /** Gives an image, a file as {@code docker save} makes them, to every node. */
    void load(Path image);

    /** Makes a claim that pods of all nodes can mount at once, writable for user 65532, and empty. */
    void claim(String namespace, String name);

    /**
     * Makes empty volumes of a storage class that nobody else has, each for one claim that asks for it, writable for user 65532.
     *
     * @throws UnsupportedOperationException where that cannot be done
     */
    default void disks(String storageClass, int count) {
        throw new UnsupportedOperationException(name() + " has no disks to give");
    }

    /** Where this machine reaches the port of a Service, as {@code host:port}. */
    String reach(String namespace, String service, int port);

    /** This machine's address, as pods reach it; empty where they do not. */
    default Optional<InetAddress> thisMachine() {
        return Optional.empty();
    }

    /** Empty where its nodes cannot be harmed. */
    Optional<NodeFaults> faults();

    @Override
    void close();

    /**
     * With two nodes: of the rig in {@code $PERSIST_TEST_KUBE}; else the cluster of {@code $PERSIST_TEST_KUBECONFIG}, whatever its
     * nodes; else of the rig in {@code ../shared/kube} beside the repository.
     *
     * @throws IllegalStateException saying in one line what is missing
     */
    static TestCluster withTwoNodes() {
        String kubeconfig = System.getenv("PERSIST_TEST_KUBECONFIG");
        if (System.getenv("PERSIST_TEST_KUBE") == null && kubeconfig != null) {
            return new GivenCluster(Path.of(kubeconfig));
        }
        return Rig.up(2);
    }
}
