// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.bench.jetstream;

import io.nats.client.Connection;
import io.nats.client.ErrorListener;
import io.nats.client.JetStream;
import io.nats.client.JetStreamOptions;
import io.nats.client.Message;
import io.nats.client.Nats;
import io.nats.client.Options;
import io.nats.client.api.StreamInfo;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** A connection to JetStream, with calls that return at once. */
record Link(Connection connection, JetStream publisher) implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(110);

    static Link open(String url) throws IOException, InterruptedException {
        Connection connection = Nats.connect(Options.builder().server(url).connectionName("persist-bench")
                .errorListener(new Silent()).requestCleanupInterval(Duration.ofSeconds(5)).dontForceFlushOnRequest()
                .maxMessagesInOutgoingQueue(100_000).build());
        return new Link(connection,
                connection.jetStream(JetStreamOptions.builder().requestTimeout(PATIENCE).build()));
    }

    /** Asks the server's API; fails with what it says. */
    CompletableFuture<Message> api(String operation, String body) {
        return connection.requestWithTimeout("$JS.API." + operation, body.getBytes(StandardCharsets.UTF_8), PATIENCE);
    }

    /** How many messages a stream has. */
    CompletableFuture<Long> messages(String name) {
        return api("STREAM.INFO." + name, "")
                .thenApply(answer -> new StreamInfo(answer).getStreamState().getMsgCount());
    }

    /** What goes wrong shows in what is counted. */
    private static final class Silent implements ErrorListener {}

    @Override
    public void close() {
        try {
            connection.close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
