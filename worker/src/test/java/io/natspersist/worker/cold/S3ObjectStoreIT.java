// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.cold;

import static org.assertj.core.api.Assertions.assertThat;

import io.natspersist.worker.cold.ObjectStore.Condition.Absent;
import io.natspersist.worker.cold.ObjectStore.Found;
import java.net.URI;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Against a server of its own and, where PERSIST_TEST_S3 names one, against that too: http://HOST:PORT/BUCKET or s3://BUCKET, with
 * credentials and region where the AWS SDK looks for them. What it stores it deletes.
 */
@ParameterizedClass
@MethodSource("places")
class S3ObjectStoreIT extends ObjectStoreContract {

    private static final String OWN = "a server of its own";

    private static S3Server server;

    private final String place;
    private final String prefix = "persist-test-" + HexFormat.of().toHexDigits(new SecureRandom().nextLong()) + "/";
    private final S3ObjectStore store;

    S3ObjectStoreIT(String place) {
        this.place = place;
        store = open(prefix);
    }

    static Stream<String> places() {
        return Stream.concat(Stream.of(OWN), Optional.ofNullable(System.getenv("PERSIST_TEST_S3")).stream());
    }

    @BeforeAll
    static void startServer() {
        server = S3Server.start();
    }

    @AfterAll
    static void stopServer() {
        server.close();
    }

    private S3ObjectStore open(String below) {
        if (place.equals(OWN)) {
            return S3Server.open(server.config(below));
        } else if (place.startsWith("s3://")) {
            return S3ObjectStore.open(S3Config.of(place + "/" + below));
        }
        URI uri = URI.create(place);
        return S3ObjectStore.open(S3Config.of("s3:/" + uri.getPath() + "/" + below).at(uri.resolve("/"), null, true));
    }

    @AfterEach
    void clean() {
        try (store) {
            for (List<Found> left; !(left = store.list("", null)).isEmpty();) {
                store.delete(left.stream().map(Found::key).toList());
            }
        }
    }

    @Override
    ObjectStore store() {
        return store;
    }

    @Test
    void keysBeginWithThePrefixAndNobodySeesIt() {
        try (S3ObjectStore whole = open("")) {
            store.put("a", bytes("x"), new Absent());

            assertThat(store.list("", null)).containsExactly(new Found("a", 1));
            assertThat(whole.list(prefix, null)).extracting(Found::key).containsExactly(prefix + "a");
        }
    }
}
