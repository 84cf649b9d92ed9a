// SPDX-License-Identifier: Apache-2.0
package io.natspersist.protocol;

import io.natspersist.protocol.table.Incarnation;
import io.natspersist.transport.Headers;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * An error answer: headers and no payload.
 *
 * @param text for people; control characters do not travel
 * @param retryAfterMillis how long to wait before the next try; 0: it does not say
 * @param owner with {@link ErrorCode#NOT_OWNER}: the owner that the answering worker knows of
 * @param epoch the owner's; 0 where it is not known
 */
public record ServiceError(ErrorCode code, String text, long retryAfterMillis, @Nullable Incarnation owner,
        long epoch) {

    public ServiceError(ErrorCode code, String text) {
        this(code, text, 0, null, 0);
    }

    public static ServiceError notOwner(String text, @Nullable Incarnation owner, long epoch) {
        return new ServiceError(ErrorCode.NOT_OWNER, text, 0, owner, epoch);
    }

    /** What a service answers to a request that it could not read. */
    public static ServiceError badRequest(BadMessage problem) {
        String text = problem.getMessage();
        return new ServiceError(ErrorCode.BAD_REQUEST, text == null ? "malformed" : text);
    }

    public ServiceError retryAfter(long millis) {
        return new ServiceError(code, text, millis, owner, epoch);
    }

    public Headers headers() {
        Headers.Builder headers = Headers.builder()
                .add(HeaderNames.SERVICE_ERROR, text.replaceAll("\\p{Cntrl}+", " "))
                .add(HeaderNames.SERVICE_ERROR_CODE, code.number())
                .add(HeaderNames.ERROR, code.name())
                .add(HeaderNames.RETRYABLE, Boolean.toString(code.retryable()))
                .add(HeaderNames.NO_SIDE_EFFECTS, Boolean.toString(code.noSideEffects()));
        if (retryAfterMillis > 0) {
            headers.add(HeaderNames.RETRY_AFTER, retryAfterMillis);
        }
        if (owner != null) {
            headers.add(HeaderNames.OWNER, owner.toString());
        }
        if (epoch > 0) {
            headers.add(HeaderNames.EPOCH, epoch);
        }
        return headers.build();
    }

    /**
     * The error that an answer stands for; empty: it is none. A code that is not known here, from a newer service, is read
     * as one that lets a client do what the answer's two bits say.
     *
     * @throws BadMessage when it is an error, but its headers are malformed
     */
    public static Optional<ServiceError> parse(Headers headers) {
        if (headers.isEmpty()) {
            return Optional.empty();
        }
        HeaderFields fields = new HeaderFields(headers);
        String name = fields.text(HeaderNames.ERROR);
        String text = fields.text(HeaderNames.SERVICE_ERROR);
        if (name == null && text == null && !fields.has(HeaderNames.SERVICE_ERROR_CODE)) {
            return Optional.empty();
        }
        return Optional.of(new ServiceError(code(fields, name), text == null ? "" : text,
                fields.number(HeaderNames.RETRY_AFTER, 0), owner(fields), fields.number(HeaderNames.EPOCH, 0)));
    }

    private static ErrorCode code(HeaderFields fields, @Nullable String name) {
        for (ErrorCode code : ErrorCode.values()) {
            if (code.name().equals(name)) {
                return code;
            }
        }
        if (!fields.flag(HeaderNames.NO_SIDE_EFFECTS)) {
            return ErrorCode.INTERNAL;
        }
        return fields.flag(HeaderNames.RETRYABLE) ? ErrorCode.UNAVAILABLE : ErrorCode.BAD_REQUEST;
    }

    private static @Nullable Incarnation owner(HeaderFields fields) {
        String owner = fields.text(HeaderNames.OWNER);
        try {
            return owner == null ? null : Incarnation.parse(owner);
        } catch (IllegalArgumentException e) {
            throw new BadMessage(HeaderNames.OWNER, "is not worker.incarnation", e);
        }
    }
}
