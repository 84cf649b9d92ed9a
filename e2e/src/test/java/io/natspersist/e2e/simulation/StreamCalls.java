// SPDX-License-Identifier: Apache-2.0
package io.natspersist.e2e.simulation;

import io.natspersist.client.AsyncStream;
import io.natspersist.client.Batch;
import io.natspersist.client.MessageRange;
import io.natspersist.client.Page;
import io.natspersist.client.NotStored;
import io.natspersist.client.PersistException;
import io.natspersist.client.SetOptions;
import io.natspersist.client.SetResult;
import io.natspersist.client.Stored;
import io.natspersist.client.StreamMessage;
import io.natspersist.protocol.ErrorCode;
import io.natspersist.transport.Headers;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** Asks the real client for an operation, and says what came of it in the oracle's words. */
final class StreamCalls {

    private StreamCalls() {}

    static CompletableFuture<Outcome> call(AsyncStream stream, Op op) {
        return ask(stream, op).handle((outcome, failure) -> failure == null ? outcome : outcome(op, failure));
    }

    private static CompletableFuture<? extends Outcome> ask(AsyncStream stream, Op op) {
        return switch (op) {
            case Op.Set set -> stream.set(options(set), LargeText.bytes(set.value()))
                    .thenApply(s -> new Outcome.Stored(s.seq(), s.position().change(), s.duplicate()));
            case Op.SetMany many -> many.atomic()
                    ? stream.setAllOrNone(batch(many)).thenApply(StreamCalls::stored)
                    : stream.setMany(batch(many)).thenApply(StreamCalls::stored);
            case Op.Delete delete -> stream.delete(delete.seqs()).thenApply(StreamCalls::deleted);
            case Op.DeleteKey key -> (key.expectKey() == null
                    ? stream.delete(key.key())
                    : stream.delete(key.key(), key.expectKey())).thenApply(StreamCalls::deleted);
            case Op.DeleteAll all ->
                (all.endSeq() == Long.MAX_VALUE ? stream.deleteAll() : stream.deleteAll(all.endSeq()))
                        .thenApply(StreamCalls::deleted);
            case Op.Destroy destroy -> stream.destroy()
                    .thenApply(d -> new Outcome.Destroyed(d.destroyed() && !d.duplicate(), d.count(),
                            d.position().change()));
            case Op.Configure configure -> stream.configure(configure.config())
                    .thenApply(c -> new Outcome.Configured(c.position().change()));
            case Op.Get get -> stream.get(get.seq()).thenApply(StreamCalls::found);
            case Op.GetKey key -> stream.get(key.key()).thenApply(StreamCalls::found);
            case Op.Last last -> stream.last().thenApply(StreamCalls::found);
            case Op.GetAll all -> stream.getAll(range(all))
                    .thenApply(StreamCalls::listed);
            case Op.Keys keys -> stream.keys().thenApply(page -> {
                Map<String, Long> found = new TreeMap<>();
                page.items().forEach(entry -> found.put(entry.key(), entry.seq()));
                return new Outcome.Keys(found, page.position().change());
            });
        };
    }

    private static Batch batch(Op.SetMany many) {
        Batch batch = new Batch();
        many.items().forEach(item -> batch.add(options(item), LargeText.bytes(item.value())));
        return batch;
    }

    private static Outcome stored(List<? extends SetResult> results) {
        return new Outcome.StoredMany(results.stream().<Outcome>map(one -> one instanceof Stored s
                ? new Outcome.Stored(s.seq(), s.position().change(), s.duplicate())
                : refused((NotStored) one)).toList());
    }

    private static Outcome refused(NotStored item) {
        return item.code().equals(ErrorCode.STREAM_FULL.name())
                ? new Outcome.Failed(item.code())
                : new Outcome.Refused();
    }

    private static MessageRange range(Op.GetAll all) {
        MessageRange range = MessageRange.from(all.startSeq()).withPageSize(all.limit()).withLast(all.last());
        return all.newestFirst() ? range.withNewestFirst() : range;
    }

    private static SetOptions options(Op.Set set) {
        return new SetOptions(set.key(), set.seq(), set.expectLast(), set.expectKey(), set.msgId(), null, null,
                Headers.NONE);
    }

    private static Outcome.Deleted deleted(io.natspersist.client.Deleted deleted) {
        return new Outcome.Deleted(deleted.count(), deleted.position().change());
    }

    private static Outcome.Found found(Optional<StreamMessage> message) {
        return new Outcome.Found(message.map(WatchRecord::item), message.map(StreamMessage::change).orElse(0L));
    }

    private static Outcome.Listed listed(Page<StreamMessage> page) {
        return new Outcome.Listed(page.items().stream().map(WatchRecord::item).toList(), page.hasNext(),
                page.position().change());
    }

    private static Outcome outcome(Op op, Throwable failure) {
        Throwable cause = failure instanceof CompletionException && failure.getCause() != null
                ? failure.getCause()
                : failure;
        if (!(cause instanceof PersistException known)) {
            throw new IllegalStateException("a call failed with " + cause, cause);
        }
        if (known.is(ErrorCode.WRONG_LAST_SEQ) || known.is(ErrorCode.WRONG_KEY_SEQ)) {
            return new Outcome.Refused();
        }
        return known.noSideEffects() || !op.writes()
                ? new Outcome.Failed(known.code())
                : new Outcome.Unknown(known.code());
    }
}
