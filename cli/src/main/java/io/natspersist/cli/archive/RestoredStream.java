// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.archive;

import io.natspersist.cli.stream.Expiry;
import io.natspersist.cli.terminal.ExitCode;
import io.natspersist.cli.terminal.Failure;
import io.natspersist.client.PastStream;
import io.natspersist.client.PersistException;
import io.natspersist.client.SetOptions;
import io.natspersist.client.Stored;
import io.natspersist.client.StreamHandle;
import io.natspersist.client.StreamInfo;
import io.natspersist.client.StreamMessage;
import io.natspersist.client.ValueReader;
import io.natspersist.protocol.ErrorCode;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Stores what a stream was in another one, which is empty, message by message under their seqs, with their keys, ids, times and headers. What
 * expires does so when it was to; what has expired by now is left out.
 */
public final class RestoredStream {

    private static final int UNDER_WAY = 256;

    private final PastStream from;
    private final StreamHandle to;
    private final LongSupplier clock;
    private final Deque<UnderWay> underWay = new ArrayDeque<>();
    private long changeBefore;
    private long stored;
    private long expired;

    /** What was sent. */
    private record UnderWay(SetOptions options, byte @Nullable [] value, CompletableFuture<Stored> answer) {}

    /** @param clock ms since the epoch */
    public RestoredStream(PastStream from, StreamHandle to, LongSupplier clock) {
        this.from = from;
        this.to = to;
        this.clock = clock;
    }

    /** Messages that were stored, as far as is known. */
    public long stored() {
        return stored - underWay.size();
    }

    /** Messages that were left out. */
    public long expired() {
        return expired;
    }

    /**
     * Tells how a stream stands.
     *
     * @throws Failure when there are messages in the stream already; nothing was changed then
     */
    public static StreamInfo requireEmpty(StreamHandle to) {
        StreamInfo info = to.info();
        if (info.messages() > 0) {
            throw new Failure(ExitCode.CONFLICT, "stream " + to.name() + " has " + info.messages()
                    + " messages: restore to a stream that has none");
        }
        return info;
    }

    /** @param empty how the stream that is restored to stands: if it does not any more, somebody else writes there */
    public void copy(StreamInfo empty) throws IOException {
        changeBefore = empty.position().change();
        for (StreamMessage message : from.getAll()) {
            Expiry expiry = new Expiry(message.expires());
            long now = clock.getAsLong();
            if (expiry.isPast(now)) {
                expired++;
                continue;
            }
            SetOptions options = new SetOptions(message.key(), message.seq(), null, null, message.msgId(),
                    message.time(), expiry.left(now), message.headers());
            if (stored == 0) {
                storeFirst(message, options.withExpectLastSeq(empty.lastSeq()));
            } else if (message.large()) {
                storeLarge(message, options);
            } else {
                underWay.add(new UnderWay(options, message.value(), to.async().set(options, message.value())));
            }
            stored++;
            while (underWay.size() >= UNDER_WAY) {
                join();
            }
        }
        while (!underWay.isEmpty()) {
            join();
        }
    }

    private void storeFirst(StreamMessage message, SetOptions options) throws IOException {
        try {
            if (message.large()) {
                storeLarge(message, options);
            } else {
                check(to.set(options, message.value()));
            }
        } catch (PersistException e) {
            if (e.is(ErrorCode.WRONG_LAST_SEQ)) {
                throw new Failure(ExitCode.CONFLICT, "somebody else writes to stream " + to.name(), e);
            }
            throw e;
        }
    }

    private void storeLarge(StreamMessage message, SetOptions options) throws IOException {
        try (ValueReader value = from.openValue(message)
                .orElseThrow(() -> new IOException("the value of " + message.seq() + " is gone"))) {
            check(to.set(options, value));
        }
    }

    private void join() {
        UnderWay first = underWay.element();
        try {
            check(first.answer.join());
        } catch (CompletionException e) {
            if (!(e.getCause() instanceof PersistException refused)) {
                throw e;
            }
            if (refused.noSideEffects() || !refused.code().equals(PersistException.DEADLINE)) {
                throw refused;
            }
            // It has no id by which the client could repeat it; but its seq is its own, and it is the same message again.
            check(to.set(first.options, first.value));
        }
        underWay.remove();
    }

    /** An id is remembered for some minutes, also of what was deleted before: nothing was stored then. One of now was only sent twice. */
    private void check(Stored done) {
        if (done.duplicate() && done.position().change() <= changeBefore) {
            throw new Failure(ExitCode.CONFLICT, "stream " + to.name()
                    + " remembers ids of messages that it had within the last minutes: choose another, or wait three minutes");
        }
    }
}
