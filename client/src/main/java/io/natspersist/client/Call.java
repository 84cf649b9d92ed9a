// SPDX-License-Identifier: Apache-2.0
package io.natspersist.client;

import io.natspersist.protocol.StreamName;
import io.natspersist.transport.Headers;
import io.natspersist.transport.Message;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** One operation under way, with all its tries. Confined to the loop, but for {@link #result}. */
final class Call {

    /** What a second try might do. */
    enum Repeat {
        /** Nothing that the first did not: it only reads. */
        READ,
        /** Nothing that the first did not: the worker knows it by its message id. */
        KNOWN,
        /** The same again: only repeat it where the first is known to have done nothing. */
        UNSAFE
    }

    final StreamName stream;
    final String op;
    final Headers headers;
    final byte[] payload;
    final Repeat repeat;
    final CompletableFuture<Message> result = new CompletableFuture<>();

    /** In the order in which calls were made. */
    long ordinal;
    /** On the loop's monotonic clock. */
    long deadlineNanos;
    int failures;
    int redirects;
    int timeouts;
    /** A try was sent and not answered, or its answer leaves open what it did. */
    boolean maybeDone;
    @Nullable
    String lastProblem;

    Call(StreamName stream, String op, Headers headers, byte[] payload, Repeat repeat) {
        this.stream = stream;
        this.op = op;
        this.headers = headers;
        this.payload = payload;
        this.repeat = repeat;
    }

    boolean writes() {
        return repeat != Repeat.READ;
    }

    long remainingMillis(long nanos) {
        return (deadlineNanos - nanos) / 1_000_000;
    }

    PersistException fault(String code, int number, boolean retryable, String what) {
        boolean unchanged = !writes() || !maybeDone;
        String text = op + " " + stream + ": " + what + (lastProblem == null ? "" : "; last problem: " + lastProblem);
        return new PersistException(code, number, retryable, unchanged, -1, text, null);
    }
}
