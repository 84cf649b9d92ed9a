// SPDX-License-Identifier: Apache-2.0
package io.natspersist.operator;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.natspersist.metrics.ObservationServer;
import io.natspersist.settings.ProcessLog;
import java.io.IOException;
import java.time.InstantSource;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;

/**
 * The operator as a process; it finds the API server as its pod's ServiceAccount or a kubeconfig says. Exit codes: 143 stopped by
 * SIGTERM, 2 misconfigured, 3 another operator acts in its place.
 */
public final class OperatorMain {

    private static final Logger LOG = ProcessLog.of(OperatorMain.class);

    private OperatorMain() {}

    public static void main(String[] args) throws InterruptedException {
        try {
            run(OperatorSettings.parse(System.getenv()));
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage());
            System.exit(2);
        } catch (IOException e) {
            System.err.println(OperatorSetting.METRICS.variable() + ": cannot listen there: " + e.getMessage());
            System.exit(2);
        }
    }

    private static void run(OperatorSettings settings) throws IOException, InterruptedException {
        AtomicBoolean stopping = new AtomicBoolean();
        KubernetesClient client = new KubernetesClientBuilder().build();
        PersistOperator operator = new PersistOperator(client, InstantSource.system(),
                new PersistOperator.Options(settings.namespaces(), settings.workerImage(), settings.name(),
                        settings.leaseNamespace(), () -> replaced(stopping)));
        if (settings.metrics() != null) {
            LOG.info("metrics and health at {}",
                    ObservationServer.start(new ObservedOperator(operator), settings.metrics()).url());
        }
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            stopping.set(true);
            operator.close();
        }, "stop"));
        operator.start();
        new CountDownLatch(1).await();
    }

    /** At once: another one acts, and whatever this one still did would be in its way. */
    private static void replaced(AtomicBoolean stopping) {
        if (!stopping.get()) {
            LOG.error("another operator may act in this one's place: halting");
            Runtime.getRuntime().halt(3);
        }
    }
}
