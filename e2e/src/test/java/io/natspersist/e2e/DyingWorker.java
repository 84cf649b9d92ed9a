// SPDX-License-Identifier: Apache-2.0
package io.natspersist.e2e;

import io.natspersist.loop.ThreadEventLoop;
import io.natspersist.protocol.Subjects;
import io.natspersist.transport.nats.NatsOptions;
import io.natspersist.transport.nats.NatsTransport;
import io.natspersist.worker.Worker;
import io.natspersist.worker.WorkerConfig;
import io.natspersist.worker.WorkerExecutors;
import io.natspersist.worker.cold.ColdConfig;
import io.natspersist.worker.cold.ColdCopies;
import io.natspersist.worker.cold.ColdPlace;
import io.natspersist.worker.cold.CopySizes;
import io.natspersist.worker.cold.ObservedObjectStore;
import io.natspersist.worker.cold.S3Config;
import io.natspersist.worker.disk.VolumeDisk;
import io.natspersist.worker.file.CatalogEntry;
import io.natspersist.worker.file.Catalogs;
import io.natspersist.worker.file.Incoming;
import io.natspersist.worker.file.SqliteStreamFiles;
import io.natspersist.worker.file.SqliteStreamMemory;
import io.natspersist.worker.file.StreamVolume;
import io.natspersist.worker.stream.StreamsConfig;
import io.natspersist.worker.stream.Tier;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.net.URI;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * A worker that kills its own process, with SIGKILL, as soon as it comes to a step of archiving, removing or bringing back a file. Wired as
 * a real one, in a hurry to archive and to remove.
 */
final class DyingWorker {

    private static final StreamsConfig HURRIED = StreamsConfig.DEFAULT.withTimes(100, 200, 500);

    private final String step;

    private DyingWorker(String step) {
        this.step = step;
    }

    /** Arguments: name, root, NATS, cluster, endpoint, bucket, step. */
    public static void main(String[] args) throws IOException, InterruptedException {
        DyingWorker dying = new DyingWorker(args[6]);
        ThreadEventLoop loop = new ThreadEventLoop("worker", e -> Runtime.getRuntime().halt(3));
        VolumeDisk disk = new VolumeDisk(Path.of(args[1]));
        ColdConfig cold = new ColdConfig(
                new ColdPlace.Bucket(S3Config.of("s3://" + args[5]).at(URI.create(args[4]), "us-east-1", true)), 300,
                500, 0, 86_400_000, 4);
        ObservedObjectStore store = new ObservedObjectStore(cold.place().open());
        Tier tier = new Tier(
                new ColdCopies(store, cold.retainMillis(), CopySizes.DEFAULT, new SecureRandom(),
                        done -> dying.at(done.name())),
                cold, threads(4), disk::usedPercent, store::counts);
        StreamVolume volume = dying.watched(StreamVolume.class, new SqliteStreamFiles(Path.of(args[1])));
        new Worker(new WorkerConfig(args[0], Subjects.ofCluster(args[3])).withStreams(HURRIED),
                NatsTransport.connect(new NatsOptions(args[2], args[0])), loop,
                new WorkerExecutors(threads(2), threads(4), threads(4), threads(2)), disk, volume,
                new SqliteStreamMemory(), new SecureRandom(), why -> Runtime.getRuntime().halt(3), () -> 0, tier)
                .start();
        new CountDownLatch(1).await();
    }

    private static ExecutorService threads(int count) {
        return Executors.newFixedThreadPool(count, Thread.ofPlatform().daemon().factory());
    }

    private void at(String come) {
        if (!come.equals(step)) {
            return;
        }
        try {
            new ProcessBuilder("kill", "-KILL", Long.toString(ProcessHandle.current().pid())).start().waitFor();
            new CountDownLatch(1).await();
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The same, but that the process may die before and after each call. */
    private <T> T watched(Class<T> type, T real) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[]{type}, (proxy, method, given) -> {
            String name = name(method, given);
            at("before " + name);
            try {
                Object result = method.invoke(real, given);
                at("after " + name);
                return switch (result) {
                    case Catalogs catalogs -> watched(Catalogs.class, catalogs);
                    case Incoming incoming -> watched(Incoming.class, incoming);
                    case null, default -> result;
                };
            } catch (InvocationTargetException e) {
                throw e.getCause();
            }
        }));
    }

    private static String name(Method method, Object[] given) {
        boolean evicts = method.getName().equals("put") && given[2] instanceof List<?> entries
                && entries.stream().anyMatch(entry -> entry instanceof CatalogEntry e && e.cold());
        return evicts ? "put of a cold stream" : method.getName();
    }
}
