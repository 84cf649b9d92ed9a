// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.stream;

import io.natspersist.protocol.StreamName;

/**
 * Tells most new message ids from those seen within the window without reading a file: 64-bit hashes of all ids seen by
 * this worker, or found in the files that it opened. "No" is certain; "perhaps" must be looked up. About 16 bytes an id.
 * Confined to the worker's loop.
 */
public final class RecentIds {

    private final long generationNanos;
    private final Generation[] generations = {new Generation(), new Generation(), new Generation()};
    private long newestSince;

    /** @param windowMillis how long an id is kept at least */
    public RecentIds(long windowMillis, long nowNanos) {
        this.generationNanos = windowMillis * 1_000_000 / 2;
        this.newestSince = nowNanos;
    }

    /** Forgets ids that are older than the window. Call it now and then. */
    public void age(long nowNanos) {
        if (nowNanos - newestSince >= generationNanos) {
            newestSince = nowNanos;
            generations[2] = generations[1];
            generations[1] = generations[0];
            generations[0] = new Generation();
        }
    }

    void add(StreamName stream, String msgId) {
        generations[0].add(hash(stream, msgId));
    }

    boolean mayContain(StreamName stream, String msgId) {
        long hash = hash(stream, msgId);
        return generations[0].contains(hash) || generations[1].contains(hash) || generations[2].contains(hash);
    }

    private static long hash(StreamName stream, String msgId) {
        long h = 0xcbf29ce484222325L;
        h = mix(h, stream.value());
        h = mix(h ^ 0xff, msgId);
        h ^= h >>> 32;
        h *= 0x9E3779B97F4A7C15L;
        h ^= h >>> 29;
        return h == 0 ? 1 : h;
    }

    private static long mix(long h, String text) {
        for (int i = 0; i < text.length(); i++) {
            h = (h ^ text.charAt(i)) * 0x100000001b3L;
        }
        return h;
    }

    /** An open-addressing set of non-zero longs. */
    private static final class Generation {
        private long[] table = new long[64];
        private int size;

        void add(long hash) {
            if (size * 3 > table.length * 2) {
                long[] old = table;
                table = new long[old.length * 2];
                for (long h : old) {
                    if (h != 0) {
                        table[place(h)] = h;
                    }
                }
            }
            int at = place(hash);
            if (table[at] == 0) {
                table[at] = hash;
                size++;
            }
        }

        boolean contains(long hash) {
            return table[place(hash)] == hash;
        }

        private int place(long hash) {
            int mask = table.length - 1;
            int at = (int) hash & mask;
            while (table[at] != 0 && table[at] != hash) {
                at = at + 1 & mask;
            }
            return at;
        }
    }
}
