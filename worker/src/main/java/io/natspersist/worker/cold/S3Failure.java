// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.cold;

import io.natspersist.worker.cold.ObjectStoreException.Kind;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.AbortedException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.model.S3Error;

/** What a failure of the SDK means to a caller. */
final class S3Failure {

    private static final int TIMEOUT = 408;
    private static final int CONFLICT = 409;
    private static final int PRECONDITION = 412;
    private static final int RANGE = 416;
    private static final int MANY = 429;
    private static final int SERVER = 500;
    private static final int NOT_IMPLEMENTED = 501;

    /** What was sent arrived otherwise: nothing was stored, and sent again it may arrive. */
    private static final Set<String> ALTERED = Set.of("BadDigest", "IncompleteBody", "XAmzContentSHA256Mismatch",
            "XAmzContentChecksumMismatch");
    /** Said with a status that stands for many things. */
    private static final Set<String> LATER = Set.of("InternalError", "RequestTimeout", "ServiceUnavailable", "SlowDown",
            "Throttling");

    private S3Failure() {}

    /** Whether an upload arrived altered. */
    static boolean cameAltered(Throwable e) {
        return e instanceof AwsServiceException service && ALTERED.contains(code(service));
    }

    static ObjectStoreException of(String what, SdkException e) {
        if (e instanceof AbortedException) {
            Thread.currentThread().interrupt();
        }
        for (@Nullable
        Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof AwsServiceException service) {
                return new ObjectStoreException(kind(service), what + ": " + describe(service), e);
            } else if (cause instanceof S3Body.Altered) {
                return new ObjectStoreException(Kind.DAMAGED, what + ": " + cause.getMessage(), e);
            } else if (cause instanceof S3Credentials.Missing) {
                return new ObjectStoreException(Kind.REFUSED, what + ": " + cause.getMessage(), e);
            } else if (cause instanceof ObjectStoreException own) {
                return new ObjectStoreException(own.kind(), what + ": " + own.getMessage(), e);
            }
        }
        return new ObjectStoreException(Kind.UNAVAILABLE, what + ": " + innermost(e), e);
    }

    /** One object among those that a request names. */
    static ObjectStoreException of(String what, S3Error error) {
        Kind kind = LATER.contains(error.code()) ? Kind.UNAVAILABLE : Kind.REFUSED;
        return new ObjectStoreException(kind, what + ": " + error.key() + ": " + error.code() + ": " + error.message(),
                null);
    }

    private static Kind kind(AwsServiceException e) {
        int status = e.statusCode();
        return switch (status) {
            case PRECONDITION, CONFLICT -> Kind.CONFLICT;
            case RANGE -> Kind.DAMAGED;
            case MANY, TIMEOUT -> Kind.UNAVAILABLE;
            case NOT_IMPLEMENTED -> Kind.REFUSED;
            default -> status >= SERVER || LATER.contains(code(e)) || cameAltered(e) ? Kind.UNAVAILABLE : Kind.REFUSED;
        };
    }

    private static String describe(AwsServiceException e) {
        String said = e.awsErrorDetails() == null ? null : e.awsErrorDetails().errorMessage();
        return e.statusCode() + " " + code(e) + (said == null || said.isBlank() ? "" : ": " + said) + " (asked "
                + tries(e) + ")";
    }

    private static String tries(SdkException e) {
        return e.numAttempts() == null || e.numAttempts() == 1 ? "once" : e.numAttempts() + " times";
    }

    private static String code(AwsServiceException e) {
        String code = e.awsErrorDetails() == null ? null : e.awsErrorDetails().errorCode();
        return code == null ? "" : code;
    }

    /** The SDK's own words name neither host nor reason; those of what it met do. */
    private static String innermost(SdkException e) {
        Throwable last = e.getCause();
        if (last == null) {
            return String.valueOf(e.getMessage());
        }
        while (last.getCause() != null) {
            last = last.getCause();
        }
        return e.getMessage() + ": " + last;
    }
}
