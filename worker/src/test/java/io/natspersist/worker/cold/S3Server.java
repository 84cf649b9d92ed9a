// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.cold;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.URI;
import java.util.Map;
import java.util.Properties;
import org.gaul.s3proxy.BlobStores;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;
import org.gaul.s3proxy.blobstore.Constants;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * A real S3 server, S3Proxy, in this process: on a free port of the loopback address unless told, with its objects in memory, behind a
 * {@link FaultyWire}. It checks signatures. Who uses it from another module needs org.gaul:s3proxy in test scope.
 */
public final class S3Server implements AutoCloseable {

    public static final String ACCESS_KEY = "persist";
    public static final String SECRET_KEY = "persist-secret";
    public static final String BUCKET = "streams";

    private final S3Proxy server;
    private final FaultyWire wire;
    private final InetAddress at;

    private S3Server(S3Proxy server, FaultyWire wire, InetAddress at) {
        this.server = server;
        this.wire = wire;
        this.at = at;
    }

    /** With an empty bucket. */
    public static S3Server start() {
        return start(InetAddress.getLoopbackAddress());
    }

    /** With an empty bucket, for others who reach this address of this machine. */
    public static S3Server start(InetAddress at) {
        Properties properties = new Properties();
        properties.setProperty(Constants.PROPERTY_IDENTITY, ACCESS_KEY);
        properties.setProperty(Constants.PROPERTY_CREDENTIAL, SECRET_KEY);
        var objects = BlobStores.create("transient-nio2", properties);
        S3Proxy server = S3Proxy.builder().blobStore(objects).endpoint(URI.create("http://127.0.0.1:0"))
                .awsAuthentication(AuthenticationType.AWS_V4, ACCESS_KEY, SECRET_KEY).metricsEnabled(false)
                .stopTimeout(0)
                .build();
        try {
            server.start();
            S3Server started = new S3Server(server, FaultyWire.to(server.getPort(), at), at);
            started.createBucket(BUCKET);
            return started;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (Exception e) {
            throw new IllegalStateException("the S3 server does not start", e);
        }
    }

    private void createBucket(String bucket) {
        try (var client = S3Client.builder().forcePathStyle(true)
                .region(Region.US_EAST_1).endpointOverride(endpoint())
                .httpClientBuilder(UrlConnectionHttpClient.builder())
                .credentialsProvider(credentials()).build()) {
            client.createBucket(b -> b.bucket(bucket));
        }
    }

    public URI endpoint() {
        return URI.create("http://" + at.getHostAddress() + ":" + wire.port());
    }

    /** What lies between the server and whoever asks. */
    public FaultyWire wire() {
        return wire;
    }

    /** The bucket, below a prefix, which is empty or ends in a slash. */
    public S3Config config(String prefix) {
        return S3Config.of("s3://" + BUCKET + "/" + prefix).at(endpoint(), "us-east-1", true);
    }

    /** For processes that are to use it. */
    public static Map<String, String> environment() {
        return Map.of("AWS_ACCESS_KEY_ID", ACCESS_KEY, "AWS_SECRET_ACCESS_KEY", SECRET_KEY, "AWS_REGION", "us-east-1");
    }

    public static S3ObjectStore open(S3Config config) {
        return S3ObjectStore.open(config, credentials());
    }

    private static StaticCredentialsProvider credentials() {
        return StaticCredentialsProvider.create(AwsBasicCredentials.create(ACCESS_KEY, SECRET_KEY));
    }

    @Override
    public void close() {
        wire.close();
        try {
            server.stop();
        } catch (Exception e) {
            throw new IllegalStateException("the S3 server does not stop", e);
        }
    }
}
