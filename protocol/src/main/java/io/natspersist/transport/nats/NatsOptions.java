// SPDX-License-Identifier: Apache-2.0
package io.natspersist.transport.nats;

import java.nio.file.Path;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * How to reach NATS.
 *
 * @param servers comma-separated URLs, such as {@code nats://127.0.0.1:4222}; {@code tls://} for TLS. Servers must then have
 *        certificates for the names by which they are asked
 * @param name of the connection, for the server's monitoring
 * @param credentials a credentials file (JWT and seed)
 * @param user with {@code password}, where the URL carries none
 * @param token instead of user and password
 * @param inboxPrefix what the subjects of answers begin with; a prefix of its own, such as {@code _INBOX.alice}, lets the
 *        server keep other users from listening to a user's answers
 * @param tls that TLS is to be used whatever the URLs say, and with which files; null: as they say, with those whom the JVM trusts
 */
public record NatsOptions(String servers, String name, @Nullable Path credentials, @Nullable String user,
        @Nullable String password, @Nullable String token, String inboxPrefix, @Nullable NatsTls tls) {

    public static final String INBOX_PREFIX = "_INBOX";

    private static final Pattern SECURE = Pattern.compile("(^|,)\\s*(tls|wss)://");

    /** @throws IllegalArgumentException where the prefix of inboxes is no subject */
    public NatsOptions {
        if (!inboxPrefix.matches("[^\\s.*>$][^\\s.*>]*(\\.[^\\s.*>]+)*")) {
            throw new IllegalArgumentException("the prefix of inboxes must be like _INBOX.alice, not '" + inboxPrefix
                    + "'");
        }
    }

    public NatsOptions(String servers, String name, @Nullable Path credentials, @Nullable String user,
            @Nullable String password, @Nullable String token) {
        this(servers, name, credentials, user, password, token, INBOX_PREFIX, null);
    }

    public NatsOptions(String servers, String name) {
        this(servers, name, null, null, null, null);
    }

    public NatsOptions withInboxPrefix(String prefix) {
        return new NatsOptions(servers, name, credentials, user, password, token, prefix, tls);
    }

    public NatsOptions withTls(@Nullable NatsTls files) {
        return new NatsOptions(servers, name, credentials, user, password, token, inboxPrefix, files);
    }

    /** What makes connections secure; null: nobody asked for that. */
    @Nullable
    TlsSockets tlsSockets() {
        return tls != null || SECURE.matcher(servers).find()
                ? new TlsSockets(tls == null ? new NatsTls(null, null, null) : tls, servers)
                : null;
    }

    /** Leaves the secrets out. */
    @Override
    public String toString() {
        return name + " at " + servers;
    }
}
