// SPDX-License-Identifier: Apache-2.0
package io.natspersist.client;

import io.natspersist.protocol.ErrorCode;
import java.util.OptionalLong;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Why a call failed, after all the retries that were safe. The code is that of the service's answer, by name, so that a code
 * newer than this client survives; or one of the client's own, the constants below.
 */
public final class PersistException extends RuntimeException {

    /** The call's deadline passed. Where {@link #noSideEffects()} is false it may have been carried out. Number 504. */
    public static final String DEADLINE = "DEADLINE";
    /** The client was closed. Where {@link #noSideEffects()} is false the call may have been carried out. Number 499. */
    public static final String CLOSED = "CLOSED";
    /** The service's answer could not be read. Number 502. */
    public static final String BAD_ANSWER = "BAD_ANSWER";
    /** A watch ended because its listener threw; that is the cause. Number 500. */
    public static final String LISTENER = "LISTENER";
    /** The thread was interrupted while it waited; the call goes on. Number 499. */
    public static final String INTERRUPTED = "INTERRUPTED";

    private static final long serialVersionUID = 1;

    private final String code;
    private final int number;
    private final boolean retryable;
    private final boolean noSideEffects;
    private final long retryAfterMillis;

    PersistException(String code, int number, boolean retryable, boolean noSideEffects, long retryAfterMillis,
            String message, @Nullable Throwable cause) {
        super(message, cause);
        this.code = code;
        this.number = number;
        this.retryable = retryable;
        this.noSideEffects = noSideEffects;
        this.retryAfterMillis = retryAfterMillis;
    }

    /** For {@code handle}: what a call gave, or {@code instead} where it failed with this code. */
    static <T> T unless(ErrorCode error, @Nullable Throwable failed, T instead, Supplier<T> result) {
        if (failed == null) {
            return result.get();
        }
        if (is(error, failed)) {
            return instead;
        }
        throw new CompletionException(cause(failed));
    }

    /** What a future failed with. */
    static Throwable cause(Throwable failed) {
        return failed instanceof CompletionException && failed.getCause() != null ? failed.getCause() : failed;
    }

    /** Whether that is why a future failed. */
    static boolean is(ErrorCode error, Throwable failed) {
        return cause(failed) instanceof PersistException e && e.is(error);
    }

    /** The same, with the stack of the thread that waited. */
    PersistException rethrown() {
        return new PersistException(code, number, retryable, noSideEffects, retryAfterMillis,
                java.util.Objects.requireNonNull(getMessage()), this);
    }

    /** The symbolic code: an {@link ErrorCode}'s name, or one of this class. */
    public String code() {
        return code;
    }

    public boolean is(ErrorCode error) {
        return code.equals(error.name());
    }

    /** A number like HTTP's, for people and logs. */
    public int number() {
        return number;
    }

    /** Whether the same call may succeed later. */
    public boolean retryable() {
        return retryable;
    }

    /** Whether it is certain that nothing was changed. */
    public boolean noSideEffects() {
        return noSideEffects;
    }

    /** How long the service asked to wait before another try, in milliseconds. */
    public OptionalLong retryAfterMillis() {
        return retryAfterMillis < 0 ? OptionalLong.empty() : OptionalLong.of(retryAfterMillis);
    }
}
