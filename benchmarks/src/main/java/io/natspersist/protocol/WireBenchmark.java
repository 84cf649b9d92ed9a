// SPDX-License-Identifier: Apache-2.0
package io.natspersist.protocol;

import io.natspersist.transport.Headers;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** What a stream's name, a notice and a request with a hundred sets take, beside the network. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class WireBenchmark {

    private static final int SLOTS = 1_024;

    private final String name = "projects.42.documents.notes";
    private final StreamName parsed = new StreamName(name);
    private final byte[] value = value();
    private final ChangeNotice notice = new ChangeNotice.Changed(
            new WireChange.Set(7, 3, 7, 1_795_000_000_000L, 0, null, "PmOiGv1ktn.7", Headers.NONE, value));
    private final Headers headers = notice.headers();
    private final byte[] payload = notice.payload();
    private final SetMany many = new SetMany(IntStream.range(0, 100).mapToObj(n -> new SetItem(null, SetItem.ABSENT,
            SetItem.ABSENT, SetItem.ABSENT, "PmOiGv1ktn." + n, SetItem.ABSENT, SetItem.ABSENT, Headers.NONE, value))
            .toList());
    private final byte[] encoded = many.encode();

    private static byte[] value() {
        byte[] value = new byte[256];
        new SplittableRandom(1).nextBytes(value);
        return value;
    }

    @Benchmark
    public StreamName checkName() {
        return new StreamName(name);
    }

    @Benchmark
    public int slotOfName() {
        return parsed.slot(SLOTS);
    }

    @Benchmark
    public List<Object> encodeNotice() {
        return List.of(notice.headers(), notice.payload());
    }

    @Benchmark
    public ChangeNotice decodeNotice() {
        return ChangeNotice.decode(headers, payload);
    }

    @Benchmark
    public byte[] encodeHundredSets() {
        return many.encode();
    }

    @Benchmark
    public SetMany decodeHundredSets() {
        return SetMany.decode(encoded);
    }
}
