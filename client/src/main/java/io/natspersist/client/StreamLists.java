// SPDX-License-Identifier: Apache-2.0
package io.natspersist.client;

import io.natspersist.protocol.BadMessage;
import io.natspersist.protocol.HeaderNames;
import io.natspersist.protocol.Json;
import io.natspersist.protocol.ServiceError;
import io.natspersist.protocol.StreamName;
import io.natspersist.protocol.table.AssignmentTable;
import io.natspersist.protocol.table.Incarnation;
import io.natspersist.protocol.table.SlotAssignment;
import io.natspersist.transport.Headers;
import io.natspersist.transport.Message;
import io.natspersist.transport.Transport;
import io.natspersist.transport.Transport.Reply;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.function.BinaryOperator;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Asks all workers which streams there are, and puts what they say together. A page counts only if every slot was spoken of by exactly one
 * worker: where slots move meanwhile it is asked for again. Confined to the loop, but for its methods that give a future.
 */
final class StreamLists {

    private final ClientConfig config;
    private final Transport transport;
    private final ClientLoop loop;
    private final Discovery discovery;
    private final Backoff backoff;

    /**
     * What is listed, and how.
     *
     * @param name of an item
     * @param both what two workers' items of the same name come to
     */
    private record Kind<T>(int depth, Function<Message, ListPart<T>> read, Function<T, String> name,
            BinaryOperator<T> both) {}

    /** One page, with all its tries. */
    private static final class Call<T> {
        final Kind<T> kind;
        final @Nullable StreamName prefix;
        final @Nullable String after;
        final int limit;
        final CompletableFuture<Page<T>> result = new CompletableFuture<>();
        long deadlineNanos;
        int failures;

        Call(Kind<T> kind, @Nullable StreamName prefix, @Nullable String after, int limit) {
            this.kind = kind;
            this.prefix = prefix;
            this.after = after;
            this.limit = limit;
        }
    }

    private static final Kind<ListedStream> STREAMS = new Kind<>(0, ListPart::streams, ListedStream::name,
            (a, b) -> a.change() >= b.change() ? a : b);

    StreamLists(ClientConfig config, Transport transport, ClientLoop loop, Discovery discovery, Backoff backoff) {
        this.config = config;
        this.transport = transport;
        this.loop = loop;
        this.discovery = discovery;
        this.backoff = backoff;
    }

    CompletableFuture<Page<ListedStream>> streams(@Nullable StreamName prefix, @Nullable String after, int limit) {
        return begin(new Call<>(STREAMS, prefix, after, limit));
    }

    CompletableFuture<Page<Branch>> tree(@Nullable StreamName prefix, int depth, @Nullable String after, int limit) {
        Kind<Branch> kind = new Kind<>(depth, ListPart::tree, Branch::prefix,
                (a, b) -> new Branch(a.prefix(), a.streams() + b.streams(), a.isStream() || b.isStream()));
        return begin(new Call<>(kind, prefix, after, limit));
    }

    private <T> CompletableFuture<Page<T>> begin(Call<T> call) {
        call.deadlineNanos = loop.nanos() + config.deadlineMillis() * 1_000_000;
        loop.execute(() -> ask(call));
        return call.result;
    }

    private <T> void ask(Call<T> call) {
        discovery.table(table -> {
            Set<Incarnation> owners = new TreeSet<>();
            if (table != null) {
                table.slots().stream().map(SlotAssignment::owner).filter(java.util.Objects::nonNull)
                        .forEach(owners::add);
            }
            if (table == null || owners.isEmpty()) {
                again(call, "no assignment table is known", 0);
            } else {
                ask(call, table, owners);
            }
        });
    }

    private <T> void ask(Call<T> call, AssignmentTable table, Set<Incarnation> owners) {
        Headers.Builder headers = Headers.builder().add(HeaderNames.LIMIT, call.limit)
                .addIfPresent(HeaderNames.AFTER, call.after);
        if (call.kind.depth > 0) {
            headers.add(HeaderNames.DEPTH, call.kind.depth);
        }
        Headers asked = headers.build();
        List<Reply> replies = new ArrayList<>();
        for (Incarnation owner : owners) {
            transport.request(config.subjects().list(owner.worker(), call.prefix), asked, new byte[0], patience(call),
                    reply -> loop.execute(() -> {
                        replies.add(reply);
                        if (replies.size() == owners.size()) {
                            answered(call, table, replies);
                        }
                    }));
        }
    }

    /** A page of prefixes may take a while. */
    private long patience(Call<?> call) {
        long left = Math.max(1, (call.deadlineNanos - loop.nanos()) / 1_000_000);
        return Math.min(left, config.attemptMillis() * 8);
    }

    private <T> void answered(Call<T> call, AssignmentTable table, List<Reply> replies) {
        List<ListPart<T>> parts = new ArrayList<>();
        BitSet covered = new BitSet();
        try {
            for (Reply reply : replies) {
                if (!(reply instanceof Reply.Answer answer)) {
                    again(call, "a worker does not answer", 0);
                    return;
                }
                ServiceError error = ServiceError.parse(answer.message().headers()).orElse(null);
                if (error != null) {
                    refused(call, error);
                    return;
                }
                ListPart<T> part = call.kind.read.apply(answer.message());
                if (covered.intersects(part.slots())) {
                    again(call, "slots are moving", 0);
                    return;
                }
                covered.or(part.slots());
                parts.add(part);
            }
        } catch (BadMessage e) {
            call.result.completeExceptionally(fault(PersistException.BAD_ANSWER, 502, false,
                    "malformed answer: " + e.getMessage()));
            return;
        }
        if (covered.cardinality() < table.slots().size()) {
            again(call, "not every slot is served just now", 0);
        } else {
            call.result.complete(page(call, parts));
        }
    }

    private void refused(Call<?> call, ServiceError error) {
        if (error.code().retryable()) {
            again(call, error.text(), error.retryAfterMillis());
        } else {
            call.result.completeExceptionally(
                    fault(error.code().name(), error.code().number(), false, error.text()));
        }
    }

    private <T> Page<T> page(Call<T> call, List<ListPart<T>> parts) {
        String next = parts.stream().map(ListPart::next).filter(java.util.Objects::nonNull).min(TokenOrder.INSTANCE)
                .orElse(null);
        Map<String, T> merged = new TreeMap<>(TokenOrder.INSTANCE);
        for (ListPart<T> part : parts) {
            for (T item : part.items()) {
                String name = call.kind.name.apply(item);
                if (next == null || TokenOrder.INSTANCE.compare(name, next) <= 0) {
                    merged.merge(name, item, call.kind.both);
                }
            }
        }
        return new Page<>(List.copyOf(merged.values()), Position.START, next == null
                ? null
                : () -> begin(new Call<>(call.kind, call.prefix, next, call.limit)));
    }

    private void again(Call<?> call, String why, long wait) {
        if (discovery.isClosed()) {
            call.result.completeExceptionally(fault(PersistException.CLOSED, 499, false, "the client was closed"));
        } else if (loop.nanos() - call.deadlineNanos >= 0) {
            call.result.completeExceptionally(fault(PersistException.DEADLINE, 504, true, why));
        } else {
            discovery.outdated();
            loop.after(backoff.millis(++call.failures, wait), () -> ask(call));
        }
    }

    private static PersistException fault(String code, int number, boolean retryable, String what) {
        return new PersistException(code, number, retryable, true, -1, "list: " + what, null);
    }

    // ---- reindexing

    private record Wire(int slot, long streams, long added, long removed) {}

    /** Has one slot's catalog compared with its files. */
    CompletableFuture<Reindexed> reindex(int slot) {
        CompletableFuture<Reindexed> result = new CompletableFuture<>();
        long deadline = loop.nanos() + config.deadlineMillis() * 1_000_000;
        loop.execute(() -> reindex(slot, deadline, 1, result));
        return result;
    }

    private void reindex(int slot, long deadline, int attempt, CompletableFuture<Reindexed> result) {
        discovery.table(table -> {
            Incarnation owner = table == null || slot >= table.slots().size() ? null : table.slot(slot).owner();
            if (owner == null) {
                reindexAgain(slot, deadline, attempt, result, "nobody is known to serve slot " + slot);
                return;
            }
            transport.request(config.subjects().reindex(owner.worker(), slot), Headers.NONE, new byte[0],
                    config.deadlineMillis(), reply -> loop.execute(() -> {
                        ServiceError error = reply instanceof Reply.Answer a
                                ? ServiceError.parse(a.message().headers()).orElse(null)
                                : null;
                        if (!(reply instanceof Reply.Answer answer) || (error != null && error.code().retryable())) {
                            reindexAgain(slot, deadline, attempt, result,
                                    error == null ? "a worker does not answer" : error.text());
                        } else if (error != null) {
                            result.completeExceptionally(
                                    fault(error.code().name(), error.code().number(), false, error.text()));
                        } else {
                            Wire done = Json.read(answer.message().payload(), Wire.class);
                            result.complete(new Reindexed(done.slot, done.streams, done.added, done.removed));
                        }
                    }));
        });
    }

    private void reindexAgain(int slot, long deadline, int attempt, CompletableFuture<Reindexed> result, String why) {
        if (discovery.isClosed() || loop.nanos() - deadline >= 0) {
            result.completeExceptionally(fault(PersistException.DEADLINE, 504, true, why));
        } else {
            discovery.outdated();
            loop.after(backoff.millis(attempt, 0), () -> reindex(slot, deadline, attempt + 1, result));
        }
    }

    /** How many slots there are. */
    CompletableFuture<Integer> slots() {
        CompletableFuture<Integer> result = new CompletableFuture<>();
        long deadline = loop.nanos() + config.deadlineMillis() * 1_000_000;
        loop.execute(() -> slots(deadline, 1, result));
        return result;
    }

    private void slots(long deadline, int attempt, CompletableFuture<Integer> result) {
        discovery.table(table -> {
            if (table != null) {
                result.complete(table.slots().size());
            } else if (discovery.isClosed() || loop.nanos() - deadline >= 0) {
                result.completeExceptionally(
                        fault(PersistException.DEADLINE, 504, true, "no assignment table is known"));
            } else {
                loop.after(backoff.millis(attempt, 0), () -> slots(deadline, attempt + 1, result));
            }
        });
    }
}
