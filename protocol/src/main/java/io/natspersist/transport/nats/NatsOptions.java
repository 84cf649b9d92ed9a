// SPDX-License-Identifier: Apache-2.0
package io.natspersist.transport.nats;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * How to reach NATS.
 *
 * @param servers comma-separated URLs, such as {@code nats://127.0.0.1:4222}; {@code tls://} for TLS with the JVM's trust store
 * @param name of the connection, for the server's monitoring
 * @param credentials a credentials file (JWT and seed)
 * @param user with {@code password}, where the URL carries none
 * @param token instead of user and password
 */
public record NatsOptions(String servers, String name, @Nullable Path credentials, @Nullable String user,
        @Nullable String password, @Nullable String token) {

    public NatsOptions(String servers, String name) {
        this(servers, name, null, null, null, null);
    }

    /** Leaves the secrets out. */
    @Override
    public String toString() {
        return name + " at " + servers;
    }
}
