// SPDX-License-Identifier: Apache-2.0
package io.natspersist.e2e.simulation;

import io.natspersist.protocol.StreamName;
import io.natspersist.worker.change.LargeValue;
import io.natspersist.worker.file.Catalogs;
import io.natspersist.worker.file.Incoming;
import io.natspersist.worker.file.ScratchFile;
import io.natspersist.worker.file.StreamFile;
import io.natspersist.worker.file.StreamVolume;
import io.natspersist.worker.file.Tombstone;
import java.nio.ByteBuffer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A volume of which threads that may sleep bring files back: while it does not answer they wait. */
record VolumeOfThreads(StreamVolume volume, SimulatedThreads threads) implements StreamVolume {

    @Override
    public Incoming restore(StreamName stream, int slot, long epoch) {
        threads.awaitVolume();
        Incoming file = volume.restore(stream, slot, epoch);
        return new Incoming() {
            @Override
            public void write(ByteBuffer bytes) {
                threads.awaitVolume();
                file.write(bytes);
            }

            @Override
            public StreamFile.State written() {
                return when(file::written);
            }

            @Override
            public boolean has(LargeValue value) {
                return when(() -> file.has(value));
            }

            @Override
            public void skipTo(long change, long lastSeq, long epochNow) {
                threads.awaitVolume();
                file.skipTo(change, lastSeq, epochNow);
            }

            @Override
            public void keep() {
                threads.awaitVolume();
                file.keep();
            }

            @Override
            public void close() {
                file.close();
            }
        };
    }

    @Override
    public void discardSlot(int slot) {
        threads.awaitVolume();
        volume.discardSlot(slot);
    }

    private <T> T when(Supplier<T> answers) {
        threads.awaitVolume();
        return answers.get();
    }

    @Override
    public Opened open(StreamName stream, int slot, long epoch) {
        return volume.open(stream, slot, epoch);
    }

    @Override
    public StreamFile create(StreamName stream, int slot, long epoch, @Nullable Tombstone before) {
        return volume.create(stream, slot, epoch, before);
    }

    @Override
    public void remove(StreamName stream, int slot, long epoch) {
        volume.remove(stream, slot, epoch);
    }

    @Override
    public ScratchFile scratch(StreamName stream) {
        return volume.scratch(stream);
    }

    @Override
    public Catalogs catalogs() {
        return volume.catalogs();
    }

    @Override
    public void forgetSlot(int slot) {
        volume.forgetSlot(slot);
    }

    @Override
    public long setAside() {
        return volume.setAside();
    }
}
