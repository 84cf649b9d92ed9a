// SPDX-License-Identifier: Apache-2.0
package io.natspersist.e2e.kubernetes;

import io.natspersist.client.PersistClient;
import io.natspersist.operator.crd.PersistCluster;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

/** One installation on two nodes, to which everything happens while a client outside writes and watches. */
@Tag("kubernetes")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TwoNodesIT {

    private static final String NAME = "main";
    private static final int STREAMS = 20;

    private TestCluster cluster;
    private Installation installation;
    private PersistClient writing;
    private PersistClient watching;

    @BeforeAll
    void install() {
        cluster = TestCluster.withTwoNodes();
        installation = new Installation(cluster, 2, "node0");
        installation.apply("""
                apiVersion: natspersist.io/v1alpha1
                kind: PersistCluster
                metadata: {name: %s}
                spec:
                  nats: {url: "%s"}
                  storage: {existingClaim: %s}
                  coordinator: {slots: 64}
                  workers:
                    replicas: 1
                    resources: {requests: {cpu: 50m, memory: 384Mi}, limits: {memory: 384Mi}}
                """.formatted(NAME, installation.natsUrl(), Installation.CLAIM));
        installation.awaitReady(NAME, 1);
        writing = installation.connect(NAME);
        watching = installation.connect(NAME);
    }

    @AfterAll
    void remove() {
        installation.close();
        cluster.close();
    }

    @Test
    @Timeout(180)
    void scaledUpAndDownNobodyNotices() {
        Traffic traffic = new Traffic(writing, watching, "scaled", STREAMS);
        scale(3);
        traffic.awaitMore(10);
        scale(1);
        traffic.awaitMore(10);
        traffic.finish();
    }

    private void scale(int workers) {
        installation.kubernetes().resources(PersistCluster.class).inNamespace(installation.namespace()).withName(NAME)
                .scale(workers);
        installation.awaitReady(NAME, workers);
    }
}
