// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.cold;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Where the cold tier's objects are and how long to wait for them. Credentials are no part of it: they are found where the AWS
 * SDK looks for them, in the environment or the pod's identity.
 *
 * @param bucket its name
 * @param prefix what all keys begin with: empty, or ending in a slash
 * @param endpoint where to ask; null: AWS, in that region
 * @param region null: what the environment says, else us-east-1
 * @param pathStyle whether the bucket is part of the path and not of the host's name
 * @param attemptMillis how long one try may take
 * @param callMillis how long a call may take, with all its tries and the pauses between
 * @param attempts how often a call is tried
 */
public record S3Config(String bucket, String prefix, @Nullable URI endpoint, @Nullable String region, boolean pathStyle,
        long attemptMillis, long callMillis, int attempts) {

    /** Keys of S3 have at most 1,024 bytes; the rest is for what stands behind the prefix. */
    private static final int LONGEST_PREFIX = 512;
    private static final String URL = "s3://";

    public S3Config {
        if (!bucket.matches("[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")) {
            throw new IllegalArgumentException(
                    "bucket '" + bucket + "' must be 3 to 63 of a-z 0-9 . - and begin and end with one of a-z 0-9");
        }
        if (!prefix.isEmpty() && (!prefix.endsWith("/") || prefix.startsWith("/") || prefix.contains("//"))) {
            throw new IllegalArgumentException("prefix '" + prefix + "' must be parts that each end in one slash");
        }
        if (prefix.getBytes(StandardCharsets.UTF_8).length > LONGEST_PREFIX) {
            throw new IllegalArgumentException("a prefix has at most " + LONGEST_PREFIX + " bytes");
        }
        if (endpoint != null && (endpoint.getHost() == null
                || !("http".equals(endpoint.getScheme()) || "https".equals(endpoint.getScheme())))) {
            throw new IllegalArgumentException(
                    "endpoint '" + endpoint + "' must be http://HOST[:PORT] or https://HOST[:PORT]");
        }
        if (region != null && !region.matches("[a-z0-9-]{1,64}")) {
            throw new IllegalArgumentException("region '" + region + "' must be 1 to 64 of a-z 0-9 -");
        }
        if (attemptMillis < 1 || callMillis < attemptMillis || attempts < 1) {
            throw new IllegalArgumentException(
                    "a call is tried at least once, for at least as long as one try may take");
        }
    }

    /**
     * A bucket at AWS.
     *
     * @param url s3://BUCKET or s3://BUCKET/PREFIX
     */
    public static S3Config of(String url) {
        if (!url.startsWith(URL)) {
            throw new IllegalArgumentException("must begin with " + URL);
        }
        String path = url.substring(URL.length());
        int slash = path.indexOf('/');
        String bucket = slash < 0 ? path : path.substring(0, slash);
        String prefix = slash < 0 ? "" : path.substring(slash + 1);
        return new S3Config(bucket, prefix.isEmpty() || prefix.endsWith("/") ? prefix : prefix + "/", null, null, false,
                20_000, 60_000, 4);
    }

    /** What {@link #of} understands. */
    public String url() {
        return URL + bucket + "/" + prefix;
    }

    public S3Config at(@Nullable URI where, @Nullable String inRegion, boolean inPath) {
        return new S3Config(bucket, prefix, where, inRegion, inPath, attemptMillis, callMillis, attempts);
    }

    public S3Config withPatience(long forAttempt, long forCall, int tries) {
        return new S3Config(bucket, prefix, endpoint, region, pathStyle, forAttempt, forCall, tries);
    }
}
