// SPDX-License-Identifier: Apache-2.0
package io.natspersist.protocol;

/**
 * Every error that a service answers with. {@code retryable}: the same request may succeed later, or elsewhere.
 * {@code noSideEffects}: the request has changed nothing. A client repeats a request by itself only where both are set, or
 * where it is retryable and carries a message id. The numbers are those of HTTP where one fits; {@code errors.json} pins
 * them.
 */
public enum ErrorCode {
    /** The request is malformed: a header, a number or the operation's arguments. */
    BAD_REQUEST(400, false, true),
    /** The stream name, key or message id is not legal. */
    BAD_NAME(400, false, true),
    /** A part does not have the checksum that was sent with it. */
    BAD_CHECKSUM(400, true, true),
    /** There is no such message, key or stream. */
    NOT_FOUND(404, false, true),
    /** There is no such operation. */
    UNKNOWN_OPERATION(405, false, true),
    /** The expected last sequence is not the stream's last sequence. */
    WRONG_LAST_SEQ(409, false, true),
    /** The expected sequence of the key is not the key's sequence (0: the key must not exist). */
    WRONG_KEY_SEQ(409, false, true),
    /** The parts of an upload are not all there, or do not make the value that was announced. */
    UPLOAD_INCOMPLETE(409, false, true),
    /** The stream is at a limit of its configuration, which refuses new messages. */
    STREAM_FULL(409, false, true),
    /** The value or the request is larger than allowed. */
    TOO_LARGE(413, false, true),
    /** This worker does not serve the stream; the answer names the owner it knows, if any. */
    NOT_OWNER(421, true, true),
    /** The slot is changing hands; ask the same worker again after the delay. */
    SLOT_MOVING(425, true, true),
    /** Too much is waiting; try again after the delay. */
    OVERLOADED(429, true, true),
    /** The stream takes no more messages or bytes a second; try again after the delay. */
    RATE_LIMITED(429, true, true),
    /** Something failed inside; whether the request was carried out is not known. */
    INTERNAL(500, true, false),
    /** The stream's file is damaged: it was set aside and reported. */
    STREAM_CORRUPT(500, false, true),
    /** The version that was asked for is damaged, and never told; others may be sound. */
    VERSION_DAMAGED(500, false, true),
    /** No versions are kept, nor anything else in a cold tier: the worker was told of none. */
    NO_COLD_TIER(501, false, true),
    /** The coordinator or worker is not ready to answer, or is shutting down. */
    UNAVAILABLE(503, true, true),
    /** The stream's file cannot be opened, read or written just now. */
    STORAGE_UNAVAILABLE(503, true, true),
    /**
     * The stream's file must come back from the cold tier, which is slow or away, or changes wait too long to be shipped there: try
     * again after the delay.
     */
    COLD_UNAVAILABLE(503, true, true),
    /** The volume is below its reserve of free space: writes are refused, reads go on. */
    NO_SPACE(507, true, true);

    private final int number;
    private final boolean retryable;
    private final boolean noSideEffects;

    ErrorCode(int number, boolean retryable, boolean noSideEffects) {
        this.number = number;
        this.retryable = retryable;
        this.noSideEffects = noSideEffects;
    }

    /** The number in {@code Nats-Service-Error-Code}. */
    public int number() {
        return number;
    }

    public boolean retryable() {
        return retryable;
    }

    public boolean noSideEffects() {
        return noSideEffects;
    }
}
