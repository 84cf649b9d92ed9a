// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.bench.jetstream;

import io.nats.client.Dispatcher;
import io.nats.client.JetStreamApiException;
import io.nats.client.JetStreamSubscription;
import io.nats.client.Message;
import io.nats.client.PushSubscribeOptions;
import io.nats.client.api.ConsumerConfiguration;
import io.nats.client.api.DeliverPolicy;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/** A consumer that is pushed to, in order; nothing is dropped on this side. */
final class OrderedConsumer {

    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private OrderedConsumer() {}

    /** Returns when the server knows it; it goes with its link. */
    static void start(Link link, String stream, DeliverPolicy from, Consumer<Message> onMessage)
            throws IOException, JetStreamApiException, InterruptedException, TimeoutException {
        Dispatcher dispatcher = link.connection().createDispatcher();
        dispatcher.setPendingLimits(-1, -1);
        JetStreamSubscription subscription = link.publisher().subscribe(stream, dispatcher, onMessage::accept, false,
                PushSubscribeOptions.builder().stream(OneStream.nameOf(stream)).ordered(true)
                        .configuration(ConsumerConfiguration.builder().deliverPolicy(from).build()).build());
        link.connection().flush(PATIENCE);
        if (!subscription.isActive()) {
            throw new IllegalStateException("no consumer on " + stream);
        }
    }
}
