// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.bench.contender;

import io.natspersist.cli.bench.measure.Latency;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** What it takes to append as many bytes as one set brings to a file, and to force them to the disk. */
public final class Forces {

    public static final String NAME = "force";

    private Forces() {}

    public static Latency measure(Path directory, int bytes, int count) throws IOException {
        Path file = directory.resolve("force");
        long[] nanos = new long[count];
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE,
                StandardOpenOption.TRUNCATE_EXISTING)) {
            ByteBuffer block = ByteBuffer.allocateDirect(bytes);
            for (int i = 0; i < count; i++) {
                block.clear();
                long start = System.nanoTime();
                channel.write(block);
                channel.force(false);
                nanos[i] = System.nanoTime() - start;
            }
        }
        Files.delete(file);
        return new Latency(nanos);
    }
}
