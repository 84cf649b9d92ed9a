// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.journal;

import io.natspersist.loop.ThreadEventLoop;
import io.natspersist.protocol.StreamName;
import io.natspersist.protocol.table.Incarnation;
import io.natspersist.transport.Headers;
import io.natspersist.worker.change.Change;
import io.natspersist.worker.disk.VolumeDisk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** What a change takes to be encoded, and to go through the writer's loop and a forced group of {@value #GROUP}. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class JournalBenchmark {

    private static final int GROUP = 1_000;

    private final List<Change> changes = IntStream.range(0, GROUP).mapToObj(JournalBenchmark::change).toList();
    private final ByteBuffer buffer = ByteBuffer.allocate(4_096);
    private ByteBuffer encoded;
    private Path folder;
    private ThreadEventLoop loop;
    private ExecutorService io;
    private JournalWriter writer;

    private static Change change(int n) {
        byte[] value = new byte[256];
        new SplittableRandom(n).nextBytes(value);
        return new Change.Set(new StreamName("projects." + n + ".notes"), 3, 7, 1_795_000_000_000L, 7,
                1_795_000_000_000L, 0, null, "PmOiGv1ktn." + n, Headers.NONE, value);
    }

    @Setup
    public void open() throws IOException {
        EntryCodec.write(changes.getFirst(), buffer);
        encoded = ByteBuffer.wrap(buffer.array().clone(), 0, buffer.position());
        folder = Files.createTempDirectory("journal-benchmark");
        loop = new ThreadEventLoop("benchmark", Throwable::printStackTrace);
        io = Executors.newFixedThreadPool(2);
        writer = new JournalWriter(new VolumeDisk(folder), new Incarnation("w0", 1), loop, io, JournalConfig.DEFAULT,
                Throwable::printStackTrace);
        CompletableFuture<Void> opened = new CompletableFuture<>();
        loop.execute(() -> writer.open(() -> opened.complete(null)));
        opened.join();
    }

    @TearDown
    public void close() throws IOException {
        loop.close();
        io.shutdown();
        try (Stream<Path> all = Files.walk(folder)) {
            all.sorted(Comparator.reverseOrder()).forEach(path -> path.toFile().delete());
        }
    }

    @Benchmark
    public ByteBuffer encode() {
        buffer.clear();
        EntryCodec.write(changes.getFirst(), buffer);
        return buffer;
    }

    @Benchmark
    public Entry decode() throws BadBytes {
        return EntryCodec.read(encoded.duplicate());
    }

    /** Per change, of so many that are appended at once. */
    @Benchmark
    @OperationsPerInvocation(GROUP)
    public void appendAndForce() {
        CompletableFuture<Void> done = new CompletableFuture<>();
        loop.execute(() -> {
            List<Position> positions = writer.append(changes);
            writer.whenDurable(Durability.SYNC, () -> {
                positions.forEach(writer::release);
                done.complete(null);
            });
        });
        done.join();
    }
}
