// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.cold;

import static org.assertj.core.api.Assertions.assertThat;

import io.natspersist.worker.cold.ObjectStore.Condition.Absent;
import io.natspersist.worker.cold.ObjectStore.Found;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class S3ObjectStoreIT extends ObjectStoreContract {

    private static S3Server server;
    private static int made;

    private final S3ObjectStore store = S3Server.open(server.config("test-" + made++ + "/"));

    @BeforeAll
    static void startServer() {
        server = S3Server.start();
    }

    @AfterAll
    static void stopServer() {
        server.close();
    }

    @AfterEach
    void close() {
        store.close();
    }

    @Override
    ObjectStore store() {
        return store;
    }

    @Test
    void keysBeginWithThePrefixAndNobodySeesIt() {
        try (S3ObjectStore whole = S3Server.open(server.config(""))) {
            store.put("a", bytes("x"), new Absent());

            assertThat(store.list("", null)).containsExactly(new Found("a", 1));
            assertThat(whole.list("test-" + (made - 1) + "/", null)).extracting(Found::key)
                    .containsExactly("test-" + (made - 1) + "/a");
        }
    }
}
