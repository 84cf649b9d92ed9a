// SPDX-License-Identifier: Apache-2.0
package io.natspersist.transport.nats;

import io.nats.client.Connection;
import io.nats.client.Nats;
import io.nats.client.Options;
import io.natspersist.transport.Headers;
import io.natspersist.transport.Transport;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** Prints how many requests per second a plain echo answers through the transport, and through jnats alone. */
public final class EchoBenchmark {

    private static final int WINDOW = 1_000;
    private static final byte[] PAYLOAD = new byte[256];

    private EchoBenchmark() {}

    private interface Requests {
        void send(Runnable done);
    }

    public static void main(String[] args) throws Exception {
        long seconds = args.length > 0 ? Long.parseLong(args[0]) : 3;
        Headers headers = Headers.of("Persist-Key", "some-key", "Nats-Msg-Id", "0123456789abcdef");
        try (NatsServer server = NatsServer.start();
                Transport service = NatsTransport.connect(server.options("service"));
                Transport client = NatsTransport.connect(server.options("client"));
                Connection rawService = Nats.connect(raw(server));
                Connection rawClient = Nats.connect(raw(server))) {
            service.subscribe("ours", null, m -> service.publish(m.replyTo(), null, m.headers(), m.payload()));
            rawService.createDispatcher()
                    .subscribe("raw", m -> rawService.publish(m.getReplyTo(), null, m.getHeaders(), m.getData()));
            io.nats.client.impl.Headers rawHeaders = new io.nats.client.impl.Headers();
            headers.forEach((name, value) -> rawHeaders.add(name, value));
            Requests ours = done -> client.request("ours", Headers.NONE, PAYLOAD, 5_000, reply -> done.run());
            Requests oursHeaders = done -> client.request("ours", headers, PAYLOAD, 5_000, reply -> done.run());
            Requests raw = done -> rawClient.request("raw", null, PAYLOAD).whenComplete((m, e) -> done.run());
            Requests rawWith = done -> rawClient.request("raw", rawHeaders, PAYLOAD).whenComplete((m, e) -> done.run());
            List<String> lines = new ArrayList<>();
            for (int round = 0; round < 3; round++) {
                double a = rate(ours, WINDOW, seconds);
                double b = rate(raw, WINDOW, seconds);
                double c = rate(oursHeaders, WINDOW, seconds);
                double d = rate(rawWith, WINDOW, seconds);
                double e = rate(ours, 1, 1);
                double f = rate(raw, 1, 1);
                lines.add("plain: %.0f/s, jnats %.0f/s, ratio %.2f; headers: %.0f/s, jnats %.0f/s, ratio %.2f; "
                        .formatted(a, b, a / b, c, d, c / d)
                        + "one at a time: %.0f us, jnats %.0f us".formatted(1e6 / e, 1e6 / f));
            }
            lines.forEach(System.out::println);
        }
    }

    private static Options raw(NatsServer server) {
        return Options.builder().server(server.url()).maxMessagesInOutgoingQueue(ConnectionSetup.QUEUED_MESSAGES)
                .build();
    }

    private static double rate(Requests requests, int window, long seconds) throws InterruptedException {
        Semaphore room = new Semaphore(window);
        long start = System.nanoTime();
        long until = start + TimeUnit.SECONDS.toNanos(seconds);
        long sent = 0;
        while (System.nanoTime() - until < 0) {
            room.acquire();
            requests.send(room::release);
            sent++;
        }
        room.acquire(window);
        return sent * 1e9 / (System.nanoTime() - start);
    }
}
