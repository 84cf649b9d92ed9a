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
 * @param inboxPrefix what the subjects of answers begin with; a prefix of its own, such as {@code _INBOX.alice}, lets the
 *        server keep other users from listening to a user's answers
 */
public record NatsOptions(String servers, String name, @Nullable Path credentials, @Nullable String user,
        @Nullable String password, @Nullable String token, String inboxPrefix) {

    public static final String INBOX_PREFIX = "_INBOX";

    /** @throws IllegalArgumentException where the prefix of inboxes is no subject */
    public NatsOptions {
        if (!inboxPrefix.matches("[^\\s.*>$][^\\s.*>]*(\\.[^\\s.*>]+)*")) {
            throw new IllegalArgumentException("the prefix of inboxes must be like _INBOX.alice, not '" + inboxPrefix
                    + "'");
        }
    }

    public NatsOptions(String servers, String name, @Nullable Path credentials, @Nullable String user,
            @Nullable String password, @Nullable String token) {
        this(servers, name, credentials, user, password, token, INBOX_PREFIX);
    }

    public NatsOptions(String servers, String name) {
        this(servers, name, null, null, null, null);
    }

    public NatsOptions withInboxPrefix(String prefix) {
        return new NatsOptions(servers, name, credentials, user, password, token, prefix);
    }

    /** Leaves the secrets out. */
    @Override
    public String toString() {
        return name + " at " + servers;
    }
}
