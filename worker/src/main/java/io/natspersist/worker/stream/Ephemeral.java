// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.stream;

import io.natspersist.worker.file.StreamMemory;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/**
 * The ephemeral streams of a worker that are open. One that nobody has asked for during a long time ends, and so do the least recently
 * used while all together take too much memory: it is destroyed, and watchers are told.
 */
final class Ephemeral {

    private static final long LOOK_NANOS = 1_000_000_000L;
    /** What was used a moment ago does not end for want of memory. */
    private static final long IN_USE_NANOS = 10_000_000_000L;

    private final StreamMemory memory;
    private final StreamsConfig config;
    private final Unjournaled journal;
    private final Set<Stream> open = new LinkedHashSet<>();
    private long lookedNanos = Long.MIN_VALUE;

    Ephemeral(StreamMemory memory, StreamsConfig config, Consumer<Runnable> whenStillOwner) {
        this.memory = memory;
        this.config = config;
        this.journal = new Unjournaled(whenStillOwner);
    }

    /** For a slot that is served from now on. */
    InMemory slot(long epoch) {
        return new InMemory(epoch, journal, memory, config.ephemeralBytes());
    }

    void opened(Stream stream) {
        open.add(stream);
    }

    void closed(Stream stream) {
        open.remove(stream);
    }

    /** About how much memory they take. */
    long bytes() {
        return memory.bytes();
    }

    /** To be called now and then: lets streams end. */
    void tick(long now) {
        if (open.isEmpty() || (lookedNanos != Long.MIN_VALUE && now - lookedNanos < LOOK_NANOS)) {
            return;
        }
        lookedNanos = now;
        long idle = config.ephemeralIdleMillis() * 1_000_000;
        List<Stream> there = new ArrayList<>(open.stream().filter(s -> s.isQuiet() && s.contents().exists()).toList());
        there.sort(Comparator.comparingLong(s -> s.usedAtNanos() - now));
        long over = memory.bytes() - config.ephemeralBytes();
        for (Stream stream : there) {
            long unused = now - stream.usedAtNanos();
            if (unused < idle && (over <= 0 || unused < IN_USE_NANOS)) {
                return;
            }
            over -= stream.contents().bytes();
            stream.end();
        }
    }
}
