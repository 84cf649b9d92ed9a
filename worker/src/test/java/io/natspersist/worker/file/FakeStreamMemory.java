// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.file;

import io.natspersist.protocol.StreamName;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** Streams in memory as {@link MemoryStream} has them, for simulations of thousands of workers. */
public final class FakeStreamMemory implements StreamMemory {

    private final FakeStreamFiles files;
    private final StreamFiles mounted;

    public FakeStreamMemory(StreamFileLimits limits) {
        this.files = new FakeStreamFiles(new SplittableRandom(0), limits);
        this.mounted = files.mount("memory");
    }

    @Override
    public Opened open(StreamName stream, int slot, long epoch) {
        return mounted.open(stream, slot, epoch);
    }

    @Override
    public StreamFile create(StreamName stream, int slot, long epoch, @Nullable Tombstone before) {
        return mounted.create(stream, slot, epoch, before);
    }

    @Override
    public void remove(StreamName stream, int slot, long epoch) {
        mounted.remove(stream, slot, epoch);
    }

    @Override
    public long bytes() {
        return files.bytes();
    }
}
