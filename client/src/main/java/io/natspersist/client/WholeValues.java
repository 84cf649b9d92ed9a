// SPDX-License-Identifier: Apache-2.0
package io.natspersist.client;

import io.natspersist.protocol.ErrorCode;
import io.natspersist.transport.Headers;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.Supplier;

/** Large values that are in memory as a whole, on their way out of it and into it. */
final class WholeValues {

    /** How often parts that a worker's machine took with it are sent again, or a value that was replaced meanwhile is read. */
    private static final int MOST_TRIES = 5;

    private WholeValues() {}

    // ---- out

    /** @param show the set that makes the upload, as announced, the value of a message */
    static CompletableFuture<Stored> set(AsyncStream stream, byte[] value, Supplier<Upload> begin, int partBytes,
            Function<Headers, CompletableFuture<Stored>> show) {
        return set(stream, value, begin, partBytes, show, 1);
    }

    private static CompletableFuture<Stored> set(AsyncStream stream, byte[] value, Supplier<Upload> begin,
            int partBytes, Function<Headers, CompletableFuture<Stored>> show, int tries) {
        Upload upload = begin.get();
        return sendFrom(upload, value, 0, partBytes, new ArrayDeque<>())
                .thenCompose(sent -> show.apply(upload.announcement()))
                .handle((stored, failed) -> failed == null
                        ? CompletableFuture.completedFuture(stored)
                        : PersistException.is(ErrorCode.UPLOAD_INCOMPLETE, failed) && tries < MOST_TRIES
                                ? set(stream, value, begin, partBytes, show, tries + 1)
                                : CompletableFuture.<Stored>failedFuture(PersistException.cause(failed)))
                .thenCompose(Function.identity());
    }

    private static CompletableFuture<Void> sendFrom(Upload upload, byte[] value, int from, int partBytes,
            Deque<CompletableFuture<Void>> under) {
        int next = from;
        while (next < value.length && under.size() < PartsAhead.WINDOW) {
            int end = (int) Math.min(value.length, (long) next + partBytes);
            under.add(upload.send(Arrays.copyOfRange(value, next, end)));
            next = end;
        }
        CompletableFuture<Void> oldest = under.poll();
        if (oldest == null) {
            return CompletableFuture.completedFuture(null);
        }
        int goOn = next;
        return oldest.thenCompose(done -> sendFrom(upload, value, goOn, partBytes, under));
    }

    // ---- in

    /** Finds a message, and reads its value whatever its size, up to a limit. */
    static CompletableFuture<Optional<StreamMessage>> get(AsyncStream stream,
            Supplier<CompletableFuture<Optional<StoredValue>>> find, int maxBytes) {
        return get(stream, find, maxBytes, 1);
    }

    private static CompletableFuture<Optional<StreamMessage>> get(AsyncStream stream,
            Supplier<CompletableFuture<Optional<StoredValue>>> find, int maxBytes, int tries) {
        return find.get().thenCompose(found -> found.isEmpty() || found.get().parts() == 0
                ? CompletableFuture.completedFuture(found.map(StoredValue::message))
                : read(stream, found.get(), maxBytes).handle((message, failed) -> failed == null
                        ? CompletableFuture.completedFuture(Optional.of(message))
                        // Another message has taken its place: that is what there is now.
                        : PersistException.is(ErrorCode.NOT_FOUND, failed) && tries < MOST_TRIES
                                ? get(stream, find, maxBytes, tries + 1)
                                : CompletableFuture.<Optional<StreamMessage>>failedFuture(
                                        PersistException.cause(failed)))
                        .thenCompose(Function.identity()));
    }

    private static CompletableFuture<StreamMessage> read(AsyncStream stream, StoredValue found, int maxBytes) {
        StreamMessage message = found.message();
        if (message.size() > maxBytes) {
            return CompletableFuture.failedFuture(new PersistException(ErrorCode.TOO_LARGE.name(),
                    ErrorCode.TOO_LARGE.number(), false, true, -1, "the value of " + stream.name() + " " + message.seq()
                            + " has " + message.size() + " bytes, more than " + maxBytes + ": open it to read it",
                    null));
        }
        byte[] value = new byte[(int) message.size()];
        return readFrom(new PartsAhead(stream, found), value, 0)
                .thenApply(done -> new StreamMessage(message.seq(), message.time(), message.expires(), message.change(),
                        message.key(),
                        message.msgId(), message.headers(), value));
    }

    private static CompletableFuture<Void> readFrom(PartsAhead parts, byte[] value, int at) {
        if (parts.isEmpty()) {
            return CompletableFuture.completedFuture(null);
        }
        return parts.next().thenCompose(next -> {
            byte[] part = parts.take(next);
            System.arraycopy(part, 0, value, at, part.length);
            return readFrom(parts, value, at + part.length);
        });
    }
}
