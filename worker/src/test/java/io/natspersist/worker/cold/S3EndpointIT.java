// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.cold;

import java.net.URI;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;

/**
 * The same against the server that PERSIST_TEST_S3 names: http://HOST:PORT/BUCKET or s3://BUCKET, with credentials and region
 * where the AWS SDK looks for them. What it stores it deletes.
 */
@EnabledIfEnvironmentVariable(named = "PERSIST_TEST_S3", matches = ".+", disabledReason = "PERSIST_TEST_S3 names no server")
class S3EndpointIT extends ObjectStoreContract {

    private final S3ObjectStore store = S3ObjectStore.open(config(System.getenv("PERSIST_TEST_S3"),
            "persist-test-" + HexFormat.of().toHexDigits(new SecureRandom().nextLong()) + "/"));

    private static S3Config config(String where, String prefix) {
        if (where.startsWith("s3://")) {
            return S3Config.of(where + "/" + prefix);
        }
        URI uri = URI.create(where);
        return S3Config.of("s3:/" + uri.getPath() + "/" + prefix).at(uri.resolve("/"), null, true);
    }

    @Override
    ObjectStore store() {
        return store;
    }

    @AfterEach
    void clean() {
        try (store) {
            List<ObjectStore.Found> left;
            while (!(left = store.list("", null)).isEmpty()) {
                store.delete(left.stream().map(ObjectStore.Found::key).toList());
            }
        }
    }
}
