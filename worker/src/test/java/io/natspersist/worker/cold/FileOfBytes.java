// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.cold;

import io.natspersist.protocol.StreamConfig;
import io.natspersist.protocol.StreamName;
import io.natspersist.worker.file.StreamFile.State;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** A stream's file that is only bytes; every page begins with noise, so that it is neither all zeros nor incompressible. */
final class FileOfBytes {
    static final int PAGE = 64;

    private final Random random;
    private byte[] bytes;
    private long change;

    FileOfBytes(long seed, int pages) {
        random = new Random(seed);
        bytes = new byte[0];
        resize(pages);
    }

    private FileOfBytes(FileOfBytes other) {
        random = new Random(other.change);
        bytes = other.bytes.clone();
        change = other.change;
    }

    /** Another owner's, that goes on from here by itself. */
    FileOfBytes fork() {
        return new FileOfBytes(this);
    }

    FileOfBytes resize(int pages) {
        int before = bytes.length;
        bytes = Arrays.copyOf(bytes, pages * PAGE);
        for (int at = before; at < bytes.length; at += PAGE) {
            scribble(at);
        }
        change++;
        return this;
    }

    FileOfBytes changePages(int count) {
        for (int i = 0; i < count && bytes.length > 0; i++) {
            scribble(random.nextInt(bytes.length / PAGE) * PAGE);
        }
        change++;
        return this;
    }

    private void scribble(int at) {
        for (int i = 0; i < PAGE / 2; i++) {
            bytes[at + i] = (byte) random.nextInt();
        }
    }

    byte[] bytes() {
        return bytes.clone();
    }

    long change() {
        return change;
    }

    ColdTier.Snapshot at(long time) {
        return snapshot(bytes(), change, time);
    }

    static ColdTier.Snapshot snapshot(byte[] bytes, long change, long time) {
        return new ColdTier.Snapshot() {
            @Override
            public State state() {
                return new State(List.of(), change, 0, 0, 0, 0, 0, StreamConfig.NONE, false);
            }

            @Override
            public long at() {
                return time;
            }

            @Override
            public long bytes() {
                return bytes.length;
            }

            @Override
            public void read(long position, ByteBuffer into) {
                into.put(bytes, (int) position, (int) Math.min(into.remaining(), bytes.length - position));
            }

            @Override
            public void close() {}
        };
    }

    static byte[] restored(ColdTier tier, StreamName stream, int slot, ColdTier.Copy copy) {
        ByteArrayOutputStream to = new ByteArrayOutputStream();
        tier.restore(stream, slot, copy, bytes -> {
            while (bytes.hasRemaining()) {
                to.write(bytes.get());
            }
        });
        return to.toByteArray();
    }
}
