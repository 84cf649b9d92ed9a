// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.stream;

import io.natspersist.worker.change.Message;
import io.natspersist.worker.file.StreamFile;
import io.natspersist.worker.file.StreamFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Reads single messages from a stream's file. Those that are asked for while the file is busy are read together: two threads are woken
 * for many. What is read stays in memory for a while. Confined to the worker's loop.
 */
final class Lookups {

    /** How many are read at a time, at most: answering them takes the loop as long as the file takes to give them. */
    private static final int MOST = 256;

    private final Stream stream;
    private final RecentReads.OfStream recent;
    private List<Wanted> waiting = new ArrayList<>(0);

    /**
     * @param read off the loop; null: there is none
     * @param found told that
     */
    private record Wanted(Function<StreamFile, @Nullable Message> read, Consumer<@Nullable Message> found,
            Consumer<StreamFileException> failed) {}

    Lookups(Stream stream, RecentReads.OfStream recent) {
        this.stream = stream;
        this.recent = recent;
    }

    void bySeq(long seq, Consumer<@Nullable Message> found, Consumer<StreamFileException> failed) {
        want(new Wanted(f -> f.get(seq).orElse(null), found, failed));
    }

    void byKey(String key, Consumer<@Nullable Message> found, Consumer<StreamFileException> failed) {
        want(new Wanted(f -> f.get(key).orElse(null), found, failed));
    }

    private void want(Wanted wanted) {
        waiting.add(wanted);
        if (waiting.size() == 1) {
            inTurn();
        }
    }

    private void inTurn() {
        List<Wanted> now = new ArrayList<>();
        stream.file().with(() -> {
            now.addAll(waiting.subList(0, Math.min(MOST, waiting.size())));
            waiting = new ArrayList<>(waiting.subList(now.size(), waiting.size()));
            if (!waiting.isEmpty()) {
                inTurn();
            }
            return f -> now.stream().map(wanted -> wanted.read.apply(f)).toList();
        }, read -> {
            for (int i = 0; i < now.size(); i++) {
                found(now.get(i), read.get(i));
            }
        }, e -> now.forEach(wanted -> wanted.failed.accept(e)));
    }

    /** What was decided meanwhile is in the tail still: the file is used by one at a time. */
    private void found(Wanted wanted, @Nullable Message message) {
        Tail tail = stream.contents().tail();
        if (message != null && tail.at(message.seq()) == null && !tail.tookAway(message.seq())) {
            recent.read(message);
        }
        wanted.found.accept(message);
    }
}
