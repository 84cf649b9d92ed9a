// SPDX-License-Identifier: Apache-2.0
package io.natspersist.client;

import io.natspersist.protocol.BadMessage;
import io.natspersist.protocol.ErrorCode;
import io.natspersist.protocol.HeaderNames;
import io.natspersist.protocol.SetItem;
import io.natspersist.protocol.SetMany;
import io.natspersist.protocol.SetResults;
import io.natspersist.transport.Headers;
import io.natspersist.transport.Message;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Carries out batches: as many requests as they need one after the other, or just one for all or none. */
final class BatchCalls {

    private final AsyncStream stream;
    private final PersistClient client;

    BatchCalls(AsyncStream stream, PersistClient client) {
        this.stream = stream;
        this.client = client;
    }

    CompletableFuture<List<SetResult>> each(Batch batch) {
        CompletableFuture<List<SetResult>> all = CompletableFuture.completedFuture(new ArrayList<>());
        List<Batch.Item> items = batch.items();
        List<SetItem> wire = items.stream().map(this::wire).toList();
        int from = 0;
        while (from < wire.size()) {
            int first = from;
            int to = from + fitting(wire.subList(from, wire.size()));
            all = all.thenCompose(results -> some(items.get(first), wire.subList(first, to)).thenApply(more -> {
                results.addAll(more);
                return results;
            }));
            from = to;
        }
        return all.thenApply(List::copyOf);
    }

    /** How many of them, at least one, go into one request. */
    private int fitting(List<SetItem> items) {
        long room = (long) client.maxMessageBytes() - SetMany.OVERHEAD;
        int count = 0;
        while (count < Math.min(items.size(), SetMany.MOST)) {
            room -= items.get(count).size();
            if (room < 0) {
                break;
            }
            count++;
        }
        return Math.max(1, count);
    }

    private CompletableFuture<? extends List<? extends SetResult>> some(Batch.Item first, List<SetItem> items) {
        String msgId = items.get(0).msgId();
        return items.size() == 1
                // It may be too large for a request, and then goes in parts.
                ? stream.set(msgId == null ? first.options() : first.options().withMsgId(msgId), first.value())
                        .<SetResult>thenApply(stored -> stored)
                        .handle((stored, failed) -> failed == null ? List.of(stored) : List.of(refused(failed)))
                : send(Headers.NONE, items);
    }

    /** What a set is refused with as one of many; all else fails the batch. */
    private static SetResult refused(Throwable failed) {
        for (ErrorCode code : List.of(ErrorCode.WRONG_KEY_SEQ, ErrorCode.WRONG_LAST_SEQ)) {
            if (PersistException.is(code, failed)) {
                return new NotStored(code.name(), code.number(), String.valueOf(failed.getMessage()));
            }
        }
        throw new java.util.concurrent.CompletionException(PersistException.cause(failed));
    }

    CompletableFuture<List<Stored>> allOrNone(Batch batch) {
        if (batch.size() == 0) {
            return CompletableFuture.completedFuture(List.of());
        }
        List<SetItem> items = batch.items().stream().map(this::wire).toList();
        if (fitting(items) < items.size()) {
            return CompletableFuture.failedFuture(new PersistException(ErrorCode.TOO_LARGE.name(),
                    ErrorCode.TOO_LARGE.number(), false, true, -1,
                    "setMany " + stream.name() + ": what is to be stored together does not fit one request", null));
        }
        return send(Headers.of(HeaderNames.ATOMIC, "true"), items)
                .thenApply(results -> results.stream().map(Stored.class::cast).toList());
    }

    private SetItem wire(Batch.Item item) {
        SetOptions options = item.options();
        return new SetItem(options.key(), number(options.seq()), number(options.expectLastSeq()),
                number(options.expectSeq()), options.msgId() == null ? client.nextMsgId() : options.msgId(),
                number(options.time()),
                options.ttl() == null ? SetItem.ABSENT : options.ttl().toMillis(), options.headers(), item.value());
    }

    private static long number(@Nullable Long given) {
        return given == null ? SetItem.ABSENT : given;
    }

    private CompletableFuture<List<SetResult>> send(Headers headers, List<SetItem> items) {
        boolean known = items.stream().allMatch(item -> item.msgId() != null);
        return stream.write("setMany", headers, new SetMany(items).encode(), known,
                answer -> results(answer, items.size(), !headers.isEmpty()));
    }

    private static List<SetResult> results(Message answer, int count, boolean atomic) {
        SetResults results = SetResults.decode(answer.payload());
        if (results.results().size() != count) {
            throw new BadMessage("results", "are " + results.results().size() + ", not " + count);
        }
        List<SetResult> all = new ArrayList<>(count);
        for (SetResults.One one : results.results()) {
            if (one instanceof SetResults.Stored stored) {
                all.add(new Stored(stored.seq(), new Position(results.epoch(), stored.change()), stored.duplicate()));
            } else if (one instanceof SetResults.Refused refused && !atomic) {
                all.add(new NotStored(refused.code(), refused.number(), refused.text()));
            } else {
                throw new BadMessage("results", "refuse an item of an atomic request");
            }
        }
        return all;
    }
}
