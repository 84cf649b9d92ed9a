// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.cold;

import io.natspersist.worker.cold.ObjectStoreException.Kind;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.core.client.config.ClientOverrideConfiguration;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.core.sync.ResponseTransformer;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.LegacyMd5Plugin;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3Configuration;
import software.amazon.awssdk.services.s3.model.DeleteObjectsResponse;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.ObjectIdentifier;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.S3Object;

/**
 * A bucket of S3, or of a server that speaks like it. What it asks of one: conditional puts, and the MD5 of what is sent checked,
 * both of which AWS, MinIO and Ceph have.
 *
 * <p>Whole objects are stored with a checksum of their own and looked at when they come back, so that neither the way nor the store
 * can change them unseen. What is away, slow or damaged is tried again, with pauses that grow and differ, before a call fails.
 */
public final class S3ObjectStore implements ObjectStore, AutoCloseable {

    /** What S3 takes and gives at once. */
    private static final int PAGE = 1_000;
    private static final Duration CONNECT = Duration.ofSeconds(5);

    private final S3Client client;
    private final String bucket;
    private final String prefix;

    private S3ObjectStore(S3Client client, S3Config config) {
        this.client = client;
        this.bucket = config.bucket();
        this.prefix = config.prefix();
    }

    /** With the credentials that the environment or the pod's identity gives. Talks to nobody yet. */
    public static S3ObjectStore open(S3Config config) {
        return open(config, DefaultCredentialsProvider.builder().build());
    }

    static S3ObjectStore open(S3Config config, AwsCredentialsProvider credentials) {
        Duration attempt = Duration.ofMillis(config.attemptMillis());
        var builder = S3Client.builder().credentialsProvider(new S3Credentials(credentials))
                .httpClientBuilder(UrlConnectionHttpClient.builder()
                        .connectionTimeout(attempt.compareTo(CONNECT) < 0 ? attempt : CONNECT).socketTimeout(attempt))
                .overrideConfiguration(ClientOverrideConfiguration.builder().apiCallAttemptTimeout(attempt)
                        .apiCallTimeout(Duration.ofMillis(config.callMillis()))
                        .retryStrategy(AwsRetryStrategy.standardRetryStrategy().toBuilder()
                                .maxAttempts(config.attempts()).retryOnException(S3Failure::cameAltered).build())
                        .build())
                .serviceConfiguration(S3Configuration.builder().pathStyleAccessEnabled(config.pathStyle())
                        .chunkedEncodingEnabled(false).expectContinueEnabled(false).build())
                // The SDK's own are newer than many a server; MD5 all of them know, and coming back S3Body looks.
                .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
                .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
                .addPlugin(LegacyMd5Plugin.create()).region(S3Region.of(config.region()));
        if (config.endpoint() != null) {
            builder.endpointOverride(config.endpoint());
        }
        return new S3ObjectStore(builder.build(), config);
    }

    @Override
    public String put(String key, ByteBuffer bytes, Condition condition) {
        PutObjectRequest.Builder request = PutObjectRequest.builder().bucket(bucket).key(prefix + key)
                .contentType("application/octet-stream").contentMD5(S3Body.md5(bytes))
                .metadata(S3Body.checksum(bytes));
        switch (condition) {
            case Condition.Absent _ -> request.ifNoneMatch("*");
            case Condition.Unchanged(String tag) -> request.ifMatch(tag);
        }
        try {
            return client.putObject(request.build(), RequestBody.fromRemainingByteBuffer(bytes.duplicate())).eTag();
        } catch (NoSuchKeyException e) {
            throw new ObjectStoreException(Kind.CONFLICT, "put of " + key + ": nothing is there", e);
        } catch (SdkException e) {
            throw S3Failure.of("put of " + key, e);
        }
    }

    @Override
    public Optional<Stored> get(String key, long maxBytes) {
        return get(key, null, (response, in) -> new Stored(S3Body.whole(response, in, maxBytes), response.eTag()));
    }

    @Override
    public Optional<byte[]> get(String key, long position, int length) {
        if (length == 0) {
            return Optional.of(new byte[0]);
        }
        String range = "bytes=" + position + "-" + (position + length - 1);
        return get(key, range, (response, in) -> S3Body.part(response, in, length));
    }

    private <T> Optional<T> get(String key, @Nullable String range, ResponseTransformer<GetObjectResponse, T> read) {
        GetObjectRequest request = GetObjectRequest.builder().bucket(bucket).key(prefix + key).range(range).build();
        try {
            return Optional.of(client.getObject(request, read));
        } catch (NoSuchKeyException e) {
            return Optional.empty();
        } catch (SdkException e) {
            throw S3Failure.of("get of " + key + (range == null ? "" : ", " + range), e);
        }
    }

    @Override
    public void delete(Collection<String> keys) {
        List<String> all = List.copyOf(keys);
        for (int from = 0; from < all.size(); from += PAGE) {
            deletePage(all.subList(from, Math.min(all.size(), from + PAGE)));
        }
    }

    private void deletePage(List<String> keys) {
        String what = "delete of " + keys.getFirst()
                + (keys.size() == 1 ? "" : " and " + (keys.size() - 1) + " others");
        List<ObjectIdentifier> objects = keys.stream()
                .map(each -> ObjectIdentifier.builder().key(prefix + each).build()).toList();
        DeleteObjectsResponse response = call(what,
                () -> client.deleteObjects(r -> r.bucket(bucket).delete(d -> d.quiet(true).objects(objects))));
        response.errors().stream().filter(each -> !"NoSuchKey".equals(each.code())).findFirst().ifPresent(each -> {
            throw S3Failure.of(what, each);
        });
    }

    @Override
    public List<Found> list(String keyPrefix, @Nullable String after) {
        List<Found> found = new ArrayList<>();
        String from = after == null ? null : prefix + after;
        String token = null;
        do {
            String next = token;
            ListObjectsV2Response page = call("list of " + keyPrefix,
                    () -> client.listObjectsV2(r -> r.bucket(bucket).prefix(prefix + keyPrefix).startAfter(from)
                            .continuationToken(next).maxKeys(PAGE - found.size())));
            for (S3Object each : page.contents()) {
                found.add(new Found(each.key().substring(prefix.length()), each.size()));
            }
            token = page.isTruncated() ? page.nextContinuationToken() : null;
        } while (token != null && found.size() < PAGE);
        return List.copyOf(found);
    }

    private static <T> T call(String what, Supplier<T> call) {
        try {
            return call.get();
        } catch (SdkException e) {
            throw S3Failure.of(what, e);
        }
    }

    @Override
    public void close() {
        client.close();
    }
}
