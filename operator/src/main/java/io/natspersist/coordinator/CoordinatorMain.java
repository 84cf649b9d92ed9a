// SPDX-License-Identifier: Apache-2.0
package io.natspersist.coordinator;

import io.natspersist.loop.ThreadEventLoop;
import io.natspersist.metrics.Listen;
import io.natspersist.metrics.ObservationServer;
import io.natspersist.settings.ProcessLog;
import io.natspersist.transport.Transport;
import io.natspersist.transport.nats.NatsOptions;
import io.natspersist.transport.nats.NatsTransport;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.slf4j.Logger;

/**
 * A coordinator as a process of its own, with its table in a file. Exits with 2 where it was told nonsense, with 1 where the
 * table cannot be read, and with 3 when it finds that another coordinator is at work.
 */
public final class CoordinatorMain {

    private static final Logger LOG = ProcessLog.of(CoordinatorMain.class);

    private CoordinatorMain() {}

    @SuppressWarnings("SystemOut")
    public static void main(String[] args) throws InterruptedException {
        if (List.of(args).contains("--help")) {
            System.out.print(CoordinatorOptions.help());
            return;
        }
        try {
            run(CoordinatorOptions.parse(List.of(args), System.getenv()));
            System.exit(3);
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage());
            System.exit(2);
        } catch (IOException e) {
            System.err.println(e.getMessage());
            System.exit(1);
        }
    }

    /** Returns when another coordinator is at work. */
    private static void run(CoordinatorOptions options) throws IOException, InterruptedException {
        FileTableStore store = new FileTableStore(options.table());
        store.load(); // a damaged table is reported to whoever starts this, not to a log
        try (ThreadEventLoop loop = new ThreadEventLoop("coordinator", e -> LOG.error("a fault in the coordinator", e));
                ExecutorService io = Executors
                        .newSingleThreadExecutor(Thread.ofPlatform().daemon().name("table").factory());
                Transport transport = NatsTransport.connect(
                        new NatsOptions(options.nats(), "persist-coordinator", options.credentials(), null, null,
                                null).withTls(options.tls()))) {
            Coordinator coordinator = new Coordinator(options.config(), transport, loop, store, io);
            Listen where = options.metrics();
            if (where != null) {
                LOG.info("metrics and health at {}", ObservationServer
                        .start(new ObservedCoordinator(coordinator, options.config()), where).url());
            }
            coordinator.start();
            while (coordinator.status().phase() != CoordinatorStatus.Phase.STEPPED_DOWN) {
                Thread.sleep(500);
            }
        }
    }
}
