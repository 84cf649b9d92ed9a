// SPDX-License-Identifier: Apache-2.0
package io.natspersist.coordinator;

import io.natspersist.loop.EventLoop;
import io.natspersist.protocol.table.AssignmentTable;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Holds the table as it is stored, and stores the next one: one at a time, and known to be stored before anybody hears of it.
 * Confined to the loop, but for what runs on {@code io}.
 */
final class Keeper {

    private static final Logger LOG = LoggerFactory.getLogger(Keeper.class);
    private static final long FIRST_BACKOFF_MILLIS = 100;
    private static final long LONGEST_BACKOFF_MILLIS = 5_000;

    /** What became of a table. */
    enum Result {
        STORED,
        /** It was not, and the stored table is as it was. */
        NOT_STORED,
        /** Somebody else stored another one. */
        CONFLICT
    }

    private final TableStore store;
    private final EventLoop loop;
    private final Executor io;
    private @Nullable AssignmentTable stored;
    private boolean busy;
    private long backoff = FIRST_BACKOFF_MILLIS;

    Keeper(TableStore store, EventLoop loop, Executor io) {
        this.store = store;
        this.loop = loop;
        this.io = io;
    }

    /** The stored table; of version 0 in a new cluster, of which nothing is stored yet; null while it is not known. */
    @Nullable
    AssignmentTable stored() {
        return stored;
    }

    boolean busy() {
        return busy;
    }

    /** Reads the table, again and again until it can be read. */
    void load(int slots, Consumer<Optional<AssignmentTable>> loaded) {
        busy = true;
        attempt(() -> {
            Optional<AssignmentTable> table = store.load();
            if (table.isPresent() && table.get().slots().size() != slots) {
                throw new IOException(
                        "the stored table has " + table.get().slots().size() + " slots, the configuration says "
                                + slots + ": the number of slots of a cluster cannot change");
            }
            return table;
        }, table -> {
            busy = false;
            backoff = FIRST_BACKOFF_MILLIS;
            stored = table.orElse(null);
            loaded.accept(table);
        }, () -> load(slots, loaded));
    }

    /** A new cluster: there is no table to store before the first change. */
    void begin(int slots) {
        stored = AssignmentTable.empty(slots);
    }

    /** Stores a table in place of the one that is stored; {@code done} is called once, on the loop. */
    void store(AssignmentTable next, Consumer<Result> done) {
        busy = true;
        store(next, stored == null ? 0 : stored.version(), done);
    }

    private void store(AssignmentTable next, long expected, Consumer<Result> done) {
        attempt(() -> store.store(next, expected), outcome -> {
            switch (outcome) {
                case TableStore.Outcome.Stored() -> finish(next, Result.STORED, done);
                case TableStore.Outcome.Conflict(long actual) when actual == 0 && expected > 0 -> {
                    LOG.warn("the stored table has vanished; storing it anew, version {}", next.version());
                    store(next, 0, done);
                }
                case TableStore.Outcome.Conflict(long actual) -> {
                    LOG.error("the stored table has version {}, not {}: somebody else stores tables", actual, expected);
                    finish(next, Result.CONFLICT, done);
                }
            }
        }, () -> findOut(next, expected, done));
    }

    /** After a failure nobody knows whether the table was stored. */
    private void findOut(AssignmentTable next, long expected, Consumer<Result> done) {
        attempt(store::load, found -> {
            if (found.isPresent() && found.get().equals(next)) {
                finish(next, Result.STORED, done);
            } else if (found.isEmpty() || found.get().version() == expected) {
                finish(next, Result.NOT_STORED, done);
            } else {
                finish(next, Result.CONFLICT, done);
            }
        }, () -> findOut(next, expected, done));
    }

    private void finish(AssignmentTable next, Result result, Consumer<Result> done) {
        busy = false;
        if (result == Result.STORED) {
            stored = next;
            backoff = FIRST_BACKOFF_MILLIS;
        }
        done.accept(result);
    }

    /** Runs {@code work} on io, then either of the two on the loop; {@code again} after a while. */
    private <T> void attempt(Work<T> work, Consumer<T> then, Runnable again) {
        io.execute(() -> {
            try {
                T result = work.run();
                loop.execute(() -> then.accept(result));
            } catch (IOException | RuntimeException e) {
                loop.execute(() -> {
                    LOG.error("the assignment table: {}; trying again in {} ms", e.toString(), backoff);
                    loop.after(backoff, again);
                    backoff = Math.min(2 * backoff, LONGEST_BACKOFF_MILLIS);
                });
            }
        });
    }

    private interface Work<T> {
        T run() throws IOException;
    }
}
