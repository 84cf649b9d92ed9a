// SPDX-License-Identifier: Apache-2.0
package io.natspersist.client;

import io.natspersist.loop.EventLoop;
import io.natspersist.protocol.BadMessage;
import io.natspersist.protocol.Json;
import io.natspersist.protocol.ServiceError;
import io.natspersist.protocol.StreamName;
import io.natspersist.protocol.Subjects;
import io.natspersist.protocol.table.AssignmentTable;
import io.natspersist.protocol.table.Incarnation;
import io.natspersist.transport.Headers;
import io.natspersist.transport.Message;
import io.natspersist.transport.Transport;
import io.natspersist.transport.Transport.Reply;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds out who serves what, and keeps the {@link Directory} fresh. The first stream is located by the coordinator, and the
 * whole table is asked for beside it; from then on tables are heard as they change. The coordinator may be away: any worker
 * has a table too. Who may not ask for tables gets along with locating. Confined to the loop.
 */
final class Discovery {

    private static final Logger LOG = LoggerFactory.getLogger(Discovery.class);
    private static final long TIMEOUT_MILLIS = 2_000;
    /** Between two requests for the table, at least. */
    private static final long PAUSE_MILLIS = 100;

    private final Subjects subjects;
    private final Transport transport;
    private final ClientLoop loop;
    private final Backoff backoff;
    private final long checkMillis;
    private final Directory directory = new Directory();

    private final Map<StreamName, List<Consumer<@Nullable Owner>>> locating = new LinkedHashMap<>();
    private final Map<StreamName, List<Consumer<@Nullable Owner>>> awaitingTable = new LinkedHashMap<>();
    private final List<Consumer<@Nullable AssignmentTable>> awaitingAnyTable = new ArrayList<>();
    private final Set<StreamName> doubted = new LinkedHashSet<>();
    private final Set<Runnable> watchers = new LinkedHashSet<>();
    private Transport.@Nullable Subscription tableChanges;
    private EventLoop.@Nullable Timer check;
    private boolean asking;
    private boolean pausing;
    private boolean askAgain;
    /** The last request for the table was in vain: do not wait for the next. */
    private boolean denied;
    private boolean closed;

    Discovery(ClientConfig config, Transport transport, ClientLoop loop, Backoff backoff) {
        this.subjects = config.subjects();
        this.checkMillis = config.tableCheckMillis();
        this.transport = transport;
        this.loop = loop;
        this.backoff = backoff;
    }

    /** Who serves a stream, as far as is known now. */
    @Nullable
    Owner owner(StreamName stream) {
        return directory.owner(stream);
    }

    /** Calls {@code found} once: at once if the owner is known, else when it has been asked for; null: in vain. */
    void find(StreamName stream, Consumer<@Nullable Owner> found) {
        Owner known = owner(stream);
        if (known != null || closed) {
            found.accept(known);
        } else if (asking && !denied && !locating.isEmpty() && !locating.containsKey(stream)) {
            awaitingTable.computeIfAbsent(stream, s -> new ArrayList<>()).add(found);
        } else {
            locate(stream, found);
            if (directory.version() == 0) {
                refresh();
            }
        }
    }

    /** Calls {@code found} once, with the table: at once if one is known, else when it has been asked for; null: in vain. */
    void table(Consumer<@Nullable AssignmentTable> found) {
        if (directory.table() != null || closed) {
            found.accept(directory.table());
        } else {
            awaitingAnyTable.add(found);
            refresh();
        }
    }

    /** The table that is known may be old. */
    void outdated() {
        refresh();
    }

    boolean isClosed() {
        return closed;
    }

    /** A worker that was asked says who serves the stream; whether that was new. */
    boolean redirected(StreamName stream, Incarnation owner, long epoch) {
        boolean isNew = directory.learn(stream, owner, epoch);
        refresh();
        if (isNew) {
            tellWatchers();
        }
        return isNew;
    }

    /** The owner of a stream does not answer, or is not the owner: what is known may be old. */
    void doubt(StreamName stream) {
        doubted.add(stream);
        refresh();
    }

    /** From now on {@code changed} is called when owners may have changed, and lost news are made up for in time. */
    void watch(Runnable changed) {
        watchers.add(changed);
        listen();
        if (watchers.size() == 1) {
            checkLater();
        }
    }

    void unwatch(Runnable changed) {
        if (watchers.remove(changed) && watchers.isEmpty() && check != null) {
            check.cancel();
        }
    }

    /** The connection came back: news may have been missed. */
    void reconnected() {
        if (tableChanges != null) {
            refresh();
        }
    }

    void close() {
        closed = true;
        if (tableChanges != null) {
            tableChanges.close();
        }
        if (check != null) {
            check.cancel();
        }
    }

    private void listen() {
        if (tableChanges == null && !closed) {
            tableChanges = transport.subscribe(subjects.tableChanged(), null,
                    message -> loop.execute(() -> learnTable(message)));
        }
    }

    private void checkLater() {
        long spread = backoff.spread(checkMillis);
        check = loop.after(spread, () -> {
            refresh();
            checkLater();
        });
    }

    private void locate(StreamName stream, Consumer<@Nullable Owner> found) {
        List<Consumer<@Nullable Owner>> waiting = locating.computeIfAbsent(stream, s -> new ArrayList<>());
        waiting.add(found);
        if (waiting.size() > 1) {
            return;
        }
        listen();
        ask(subjects.locate(stream), new byte[0], answer -> {
            if (answer == null) {
                refresh();
            } else {
                learnLocation(answer);
            }
            located(stream);
        });
    }

    private void located(StreamName stream) {
        List<Consumer<@Nullable Owner>> waiting = locating.remove(stream);
        if (waiting != null) {
            Owner owner = owner(stream);
            waiting.forEach(found -> found.accept(owner));
        }
    }

    /** Asks for the table, unless it is being asked for; then once more, after a pause. */
    private void refresh() {
        if (closed) {
            return;
        }
        if (asking || pausing) {
            askAgain = true;
            return;
        }
        listen();
        asking = true;
        ask(subjects.table(), version(), answer -> {
            if (answer != null && learnTable(answer)) {
                refreshed(true);
            } else {
                askAnyWorker(this::refreshed);
            }
        });
    }

    private void refreshed(boolean got) {
        asking = false;
        denied = !got;
        askAgain = askAgain && !got;
        pausing = true;
        loop.after(backoff.spread(PAUSE_MILLIS), () -> {
            pausing = false;
            if (askAgain) {
                askAgain = false;
                refresh();
            }
        });
        Map<StreamName, List<Consumer<@Nullable Owner>>> waiting = new LinkedHashMap<>(awaitingTable);
        awaitingTable.clear();
        Set<StreamName> unsure = new LinkedHashSet<>(doubted);
        doubted.clear();
        if (!got) {
            unsure.forEach(stream -> locate(stream, owner -> {}));
        }
        waiting.forEach((stream, all) -> all.forEach(found -> find(stream, found)));
        List<Consumer<@Nullable AssignmentTable>> all = List.copyOf(awaitingAnyTable);
        awaitingAnyTable.clear();
        all.forEach(found -> found.accept(directory.table()));
    }

    private void askAnyWorker(Consumer<Boolean> then) {
        ask(subjects.tableAny(), version(), answer -> then.accept(answer != null && learnTable(answer)));
    }

    private byte[] version() {
        return directory.version() == 0
                ? new byte[0]
                : Long.toString(directory.version()).getBytes(StandardCharsets.US_ASCII);
    }

    private void ask(String subject, byte[] payload, Consumer<@Nullable Message> then) {
        transport.request(subject, Headers.NONE, payload, TIMEOUT_MILLIS, reply -> loop.execute(() -> {
            if (!closed) {
                then.accept(reply instanceof Reply.Answer answer ? answer.message() : null);
            }
        }));
    }

    private boolean learnTable(Message message) {
        try {
            if (ServiceError.parse(message.headers()).isPresent()) {
                return false;
            }
            if (directory.version() != 0
                    && Boolean.TRUE.equals(Json.read(message.payload(), Unchanged.class).unchanged())) {
                return true;
            }
            if (directory.learn(Json.read(message.payload(), AssignmentTable.class))) {
                tellWatchers();
            }
            return true;
        } catch (BadMessage | IllegalArgumentException e) {
            LOG.warn("malformed table on {}: {}", message.subject(), e.getMessage());
            return false;
        }
    }

    private void learnLocation(Message message) {
        try {
            if (ServiceError.parse(message.headers()).isEmpty()) {
                Located at = Json.read(message.payload(), Located.class);
                if (directory.learn(at.slots(), at.slot(), at.owner(), at.epoch())) {
                    tellWatchers();
                }
            }
        } catch (BadMessage | IllegalArgumentException e) {
            LOG.warn("malformed answer on {}: {}", message.subject(), e.getMessage());
        }
    }

    private void tellWatchers() {
        List.copyOf(watchers).forEach(Runnable::run);
    }

    /** The answer to who names the table's number and has it. */
    record Unchanged(long version, @Nullable Boolean unchanged) {}

    /** The parts of a {@code locate} answer that matter here. */
    record Located(int slot, int slots, Incarnation owner, long epoch) {}
}
