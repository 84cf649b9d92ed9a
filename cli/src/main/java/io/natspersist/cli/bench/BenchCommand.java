// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.bench;

import io.natspersist.cli.bench.Figures.Rates;
import io.natspersist.cli.local.ClusterConfig;
import io.natspersist.cli.local.Durability;
import io.natspersist.cli.local.LocalCluster;
import io.natspersist.cli.replay.TemporaryDirectory;
import io.natspersist.cli.terminal.Connection;
import io.natspersist.cli.terminal.Terminal;
import io.natspersist.client.AsyncStream;
import io.natspersist.client.Batch;
import io.natspersist.client.ClientConfig;
import io.natspersist.transport.Headers;
import io.natspersist.transport.Transport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(name = "bench", description = {
        "First figures: acknowledged sets/s on one stream and over many, and latency one at a time, against a plain NATS"
                + " request and reply in the same run.",
        "Starts clusters of its own in a temporary directory, and takes about six times --seconds for each durability."}, footer = {
                "", "Examples:", "  persist bench",
                "  persist bench --seconds 10 --streams 20000 --dir /mnt/nfs/bench"})
public final class BenchCommand implements Callable<Integer> {

    /** What is compared is measured in turns, as other work on the machine comes and goes. */
    private static final int ROUNDS = 5;
    private static final int ONE_AT_A_TIME = 2_000;
    /** How many sets travel in one request of setMany. */
    private static final int BATCH = 100;
    private static final long ANSWER_MILLIS = 30_000;

    @Option(names = "--seconds", defaultValue = "4", description = "per figure (${DEFAULT-VALUE})")
    private double seconds = 4;

    @Option(names = "--streams", defaultValue = "5000", description = "to spread over (${DEFAULT-VALUE})")
    private int streams = 5_000;

    @Option(names = "--size", paramLabel = "BYTES", defaultValue = "256", description = "of each value (${DEFAULT-VALUE})")
    private int size = 256;

    @Option(names = "--in-flight", paramLabel = "N", defaultValue = "2000", description = "requests under way at once"
            + " (${DEFAULT-VALUE})")
    private int inFlight = 2_000;

    @Option(names = "--workers", paramLabel = "N", defaultValue = "1", description = "of the cluster (${DEFAULT-VALUE})")
    private int workers = 1;

    @Option(names = {"-d", "--dir"}, paramLabel = "DIR", description = "where; a temporary folder is made there")
    private Path parent = Path.of(System.getProperty("java.io.tmpdir"));

    private final Terminal terminal;

    public BenchCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        terminal.say(
                String.format("%,d-byte values, %,d requests under way, %d worker(s), %d processors, files in %s", size,
                        inFlight, workers, Runtime.getRuntime().availableProcessors(), parent));
        for (Durability durability : Durability.values()) {
            terminal.say(measure(durability).text(streams));
        }
        return 0;
    }

    private Figures measure(Durability durability) throws IOException, InterruptedException {
        Path directory = Files.createTempDirectory(parent, "persist-bench");
        try (TemporaryDirectory _ = new TemporaryDirectory(directory);
                LocalCluster cluster = LocalCluster.start(ClusterConfig.selfContained(directory, workers, durability),
                        terminal.err()::println);
                Echo _ = Echo.start(cluster.url())) {
            cluster.awaitServing(Duration.ofSeconds(60));
            ClientConfig config = ClientConfig.ofCluster(cluster.config().cluster()).withMaxInFlight(inFlight);
            try (Connection connection = cluster.connect("persist-bench", config)) {
                return measure(durability, connection);
            }
        }
    }

    private Figures measure(Durability durability, Connection connection) throws InterruptedException {
        byte[] value = new byte[size];
        new SplittableRandom(1).nextBytes(value);
        AsyncStream[] handles = IntStream.range(0, streams)
                .mapToObj(n -> connection.client().stream("bench.many." + n).async()).toArray(AsyncStream[]::new);
        AsyncStream one = connection.client().stream("bench.one").async();
        Load.Request echo = n -> echo(connection.transport(), value, n % streams);
        Load.Request onOne = n -> one.set(value);
        Load.Request onMany = n -> handles[n % handles.length].set(value);

        Load.Request many = n -> one.setMany(batch(value));

        Load.rate(echo, inFlight, seconds / 2); // until the JVMs are warm
        Load.rate(onMany, inFlight, seconds);
        List<Rates> rounds = new ArrayList<>();
        for (int i = 0; i < ROUNDS; i++) {
            rounds.add(new Rates(rate(echo), rate(onOne), rateOfItems(many), rate(onMany)));
        }
        return new Figures(durability.toString(), Rates.median(rounds), Load.latency(echo, ONE_AT_A_TIME),
                Load.latency(onOne, ONE_AT_A_TIME));
    }

    private Load.Rate rate(Load.Request request) throws InterruptedException {
        return Load.rate(request, inFlight, seconds / ROUNDS);
    }

    /** As many messages are under way as with single sets. */
    private Load.Rate rateOfItems(Load.Request many) throws InterruptedException {
        return Load.rate(many, Math.max(1, inFlight / BATCH), seconds / ROUNDS).times(BATCH);
    }

    private static Batch batch(byte[] value) {
        Batch batch = new Batch();
        for (int i = 0; i < BATCH; i++) {
            batch.add(value);
        }
        return batch;
    }

    private static CompletableFuture<?> echo(Transport transport, byte[] value, int n) {
        CompletableFuture<Transport.Reply> answered = new CompletableFuture<>();
        transport.request(Echo.SUBJECT + "." + n, Headers.NONE, value, ANSWER_MILLIS, reply -> {
            if (reply instanceof Transport.Reply.Answer) {
                answered.complete(reply);
            } else {
                answered.completeExceptionally(new IllegalStateException("no echo: " + reply));
            }
        });
        return answered;
    }
}
