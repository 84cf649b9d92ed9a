// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.terminal;

import io.natspersist.client.ClientConfig;
import io.natspersist.transport.nats.NatsOptions;
import io.natspersist.transport.nats.NatsTls;
import java.nio.file.Path;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which cluster a command speaks to. */
public final class ServerOptions {

    public static final String DEFAULT_SERVER = "nats://127.0.0.1:4222";
    public static final String DEFAULT_CLUSTER = "default";

    @Option(names = {"-s", "--server"}, paramLabel = "URL", defaultValue = "${env:PERSIST_SERVER:-" + DEFAULT_SERVER
            + "}", description = "NATS server; else $PERSIST_SERVER, else " + DEFAULT_SERVER)
    private String server = DEFAULT_SERVER;

    @Option(names = {"-c", "--cluster"}, paramLabel = "NAME", defaultValue = "${env:PERSIST_CLUSTER:-" + DEFAULT_CLUSTER
            + "}", description = "the cluster's name; else $PERSIST_CLUSTER, else " + DEFAULT_CLUSTER)
    private String cluster = DEFAULT_CLUSTER;

    @Option(names = "--creds", paramLabel = "FILE", defaultValue = "${env:PERSIST_CREDS:-}", description = "NATS credentials"
            + " file; else $PERSIST_CREDS")
    private String credentials = "";

    @Option(names = "--tls-ca", paramLabel = "FILE", defaultValue = "${env:PERSIST_SERVER_CA:-}", description = "certificates that"
            + " sign those of NATS servers, PEM, for TLS whatever the URL says; else $PERSIST_SERVER_CA, else those that Java trusts")
    private String tlsCa = "";

    @Option(names = "--tls-cert", paramLabel = "FILE", defaultValue = "${env:PERSIST_CLIENT_CERT:-}", description = "certificate that"
            + " NATS servers are shown, PEM; else $PERSIST_CLIENT_CERT")
    private String tlsCertificate = "";

    @Option(names = "--tls-key", paramLabel = "FILE", defaultValue = "${env:PERSIST_CLIENT_KEY:-}", description = "its key, PEM; else"
            + " $PERSIST_CLIENT_KEY")
    private String tlsKey = "";

    @Option(names = "--inbox-prefix", paramLabel = "SUBJECT", defaultValue = "${env:PERSIST_INBOX_PREFIX:-"
            + NatsOptions.INBOX_PREFIX + "}", description = "what the subjects of answers begin with; else"
                    + " $PERSIST_INBOX_PREFIX, else " + NatsOptions.INBOX_PREFIX)
    private String inboxPrefix = NatsOptions.INBOX_PREFIX;

    @Option(names = "--timeout", paramLabel = "SECONDS", defaultValue = "15", description = "how long one call may take, its"
            + " retries included (${DEFAULT-VALUE})")
    private int timeoutSeconds = 15;

    public String server() {
        return server;
    }

    public String cluster() {
        return cluster;
    }

    /** @throws Failure when no server can be reached */
    public Connection connect() {
        return connect(config -> config);
    }

    /**
     * @param change made to the client's usual configuration
     * @throws Failure when no server can be reached
     */
    public Connection connect(UnaryOperator<ClientConfig> change) {
        ClientConfig config = ClientConfig.ofCluster(cluster).withDeadlineMillis(timeoutSeconds * 1_000L);
        return Connection.open(options("persist"), change.apply(config));
    }

    /** @throws Failure when the prefix of inboxes is no subject, or a certificate lacks its key */
    public NatsOptions options(String name) {
        try {
            return new NatsOptions(server, name, file(credentials), null, null, null).withInboxPrefix(inboxPrefix)
                    .withTls(NatsTls.of(file(tlsCa), file(tlsCertificate), file(tlsKey)));
        } catch (IllegalArgumentException e) {
            throw new Failure(ExitCode.USAGE, String.valueOf(e.getMessage()));
        }
    }

    private static @Nullable Path file(String given) {
        return given.isEmpty() ? null : Path.of(given);
    }
}
