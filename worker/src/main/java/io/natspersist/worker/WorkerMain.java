// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker;

import com.sun.management.UnixOperatingSystemMXBean;
import io.natspersist.loop.ThreadEventLoop;
import io.natspersist.metrics.Listen;
import io.natspersist.metrics.ObservationServer;
import io.natspersist.settings.ProcessLog;
import io.natspersist.transport.nats.NatsTransport;
import io.natspersist.worker.cold.ColdConfig;
import io.natspersist.worker.cold.ColdCopies;
import io.natspersist.worker.cold.ObjectStoreException;
import io.natspersist.worker.cold.ObservedObjectStore;
import io.natspersist.worker.disk.VolumeDisk;
import io.natspersist.worker.file.SqliteStreamFiles;
import io.natspersist.worker.file.SqliteStreamMemory;
import io.natspersist.worker.ship.BucketUse;
import io.natspersist.worker.ship.FormerJournals;
import io.natspersist.worker.ship.OwnDisk;
import io.natspersist.worker.ship.ShipConfig;
import io.natspersist.worker.ship.ShippedJournals;
import io.natspersist.worker.ship.VoidHistory;
import io.natspersist.worker.stream.Tier;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.security.SecureRandom;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/** A worker as a process. Exit codes: 143 drained after SIGTERM, 2 misconfigured, 3 halted because it may have been taken over. */
public final class WorkerMain {

    private static final Logger LOG = ProcessLog.of(WorkerMain.class);
    private static final int HALTED = 3;
    /** A worker that begins lists all its slots, a request of some 30 ms each. */
    private static final int LISTERS = 32;

    private WorkerMain() {}

    public static void main(String[] args) throws InterruptedException, IOException {
        WorkerSettings settings;
        try {
            settings = fitting(WorkerSettings.parse(args, System.getenv()));
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage());
            System.exit(2);
            return;
        }
        ThreadEventLoop loop = new ThreadEventLoop("worker", e -> halt("a task failed", e));
        NatsTransport transport = NatsTransport.connect(settings.nats());
        VolumeDisk disk = new VolumeDisk(settings.root());
        ObservedObjectStore store = settings.cold() == null
                ? null
                : new ObservedObjectStore(settings.cold().place().open());
        Optional<String> against = store == null ? Optional.empty() : bucketUse(store, settings.ship() != null);
        if (against.isPresent()) {
            System.err.println(WorkerSetting.S3.flag() + ": " + against.get());
            System.exit(2);
            return;
        }
        if (settings.ship() != null && store != null) {
            shipRest(disk, store);
            VoidHistory.setAside(settings.root());
        }
        Worker worker = new Worker(settings.config(), transport, loop,
                new WorkerExecutors(threads("journal", 2), threads("file", settings.fileThreads()),
                        threads("flush", settings.fileThreads()),
                        threads("probe", 4)),
                disk, new SqliteStreamFiles(settings.root()), new SqliteStreamMemory(),
                new SecureRandom(),
                why -> halt(why, null), WorkerMain::cpuNanos, tier(settings.cold(), store, disk),
                ownDisk(settings.ship(), store));
        if (!observe(new ObservedWorker(worker, settings.config()), settings.metrics())) {
            System.exit(2);
            return;
        }
        worker.start();
        CountDownLatch drained = new CountDownLatch(1);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            worker.drain(settings.drainSeconds() * 1_000L / 2, drained::countDown);
            try {
                if (!drained.await(settings.drainSeconds(), TimeUnit.SECONDS)) {
                    LOG.warn("not drained in {} s: what is left will be adopted from the journal",
                            settings.drainSeconds());
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }, "drain"));
        LOG.info("worker {} on {}", settings.config().name(), settings.root());
        new CountDownLatch(1).await();
    }

    /** Why the bucket is that of workers of the other kind; one that shares a volume begins, too, while the bucket does not answer. */
    private static Optional<String> bucketUse(ObservedObjectStore store, boolean ownDisk) throws InterruptedException {
        while (true) {
            try {
                return ownDisk ? BucketUse.againstOwnDisk(store) : BucketUse.againstVolume(store);
            } catch (ObjectStoreException e) {
                LOG.warn("whose bucket this is cannot be seen just now: {}", e.getMessage());
                if (!ownDisk) {
                    return Optional.empty();
                }
                Thread.sleep(1_000);
            }
        }
    }

    /** Before anybody is told of this process: its registration lets others adopt what its predecessor left. */
    private static void shipRest(VolumeDisk disk, ObservedObjectStore store) throws InterruptedException {
        while (true) {
            try {
                FormerJournals.shipRest(disk, store, new SecureRandom());
                return;
            } catch (IOException e) {
                LOG.warn("what former processes have not shipped cannot be shipped yet: {}", e.toString());
                Thread.sleep(1_000);
            }
        }
    }

    private static @Nullable OwnDisk ownDisk(@Nullable ShipConfig config, @Nullable ObservedObjectStore store) {
        return config == null || store == null
                ? null
                : new OwnDisk(store, config, threads("ship", 1),
                        threads("fetch", ShippedJournals.READ_AHEAD));
    }

    private static @Nullable Tier tier(@Nullable ColdConfig config, @Nullable ObservedObjectStore store,
            VolumeDisk disk) {
        if (config == null || store == null) {
            return null;
        }
        LOG.info("streams are archived to {}", config.place().url());
        return new Tier(new ColdCopies(store, config.retainMillis(), new SecureRandom()), config,
                threads("cold", config.threads()), threads("list", LISTERS), disk::usedPercent, store::counts);
    }

    /** Of all threads, the JVM's own too. */
    private static long cpuNanos() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean system
                ? system.getProcessCpuTime()
                : 0;
    }

    /** With as many open files as there are descriptors for. */
    private static WorkerSettings fitting(WorkerSettings told) {
        if (!(ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean system)) {
            return told;
        }
        WorkerSettings fitting = told.within(system.getMaxFileDescriptorCount());
        if (!fitting.equals(told)) {
            LOG.warn(
                    "only {} streams' files will stay open, not {}: the process may open {} descriptors, see ulimit -n",
                    fitting.config().streams().maxOpenFiles(), told.config().streams().maxOpenFiles(),
                    system.getMaxFileDescriptorCount());
        }
        return fitting;
    }

    /** Whether metrics and health can be asked where that was wanted. */
    private static boolean observe(ObservedWorker worker, @Nullable Listen where) {
        try {
            if (where != null) {
                LOG.info("metrics and health at {}", ObservationServer.start(worker, where).url());
            }
            return true;
        } catch (IOException e) {
            System.err.println("--metrics: cannot listen there: " + e.getMessage());
            return false;
        }
    }

    /** At once: whatever would be closed cleanly may belong to a successor. */
    private static void halt(String why, @Nullable Throwable cause) {
        LOG.atError().addKeyValue("reason", why).setCause(cause).log("halting: {}", why);
        Runtime.getRuntime().halt(HALTED);
    }

    private static ExecutorService threads(String name, int count) {
        AtomicInteger made = new AtomicInteger();
        return Executors.newFixedThreadPool(count, task -> {
            Thread thread = new Thread(task, name + "-" + made.incrementAndGet());
            thread.setDaemon(true);
            thread.setUncaughtExceptionHandler((t, e) -> halt("a task failed on " + t.getName(), e));
            return thread;
        });
    }
}
