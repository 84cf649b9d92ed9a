// SPDX-License-Identifier: Apache-2.0
package io.natspersist.transport.nats;

import static org.assertj.core.api.Assertions.assertThat;

import io.natspersist.transport.Headers;
import io.natspersist.transport.Message;
import io.natspersist.transport.Transport;
import io.natspersist.transport.TransportContract;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The contract on a real server, and what only a real one can do. */
class NatsTransportIT extends TransportContract {

    private static NatsServer server;

    @BeforeAll
    static void startServer() {
        server = NatsServer.start("max_payload: " + MAX_PAYLOAD);
    }

    @AfterAll
    static void stopServer() {
        server.close();
    }

    @Override
    protected Transport connect() {
        return NatsTransport.connect(server.options("contract"));
    }

    @Override
    protected void await(BooleanSupplier condition) {
        org.awaitility.Awaitility.await().pollInterval(Duration.ofMillis(2)).until(condition::getAsBoolean);
    }

    @Override
    protected void settle(Transport transport) {
        List<Transport.Reply> replies = new CopyOnWriteArrayList<>();
        transport.request("nobody.listens.here", Headers.NONE, new byte[0], 5_000, replies::add);
        await(() -> !replies.isEmpty());
    }

    @Override
    protected void restartServer() {
        server.restart();
    }

    @Test
    void itConnectsOnceTheServerIsThere() {
        server.kill();
        try (Transport transport = NatsTransport.connect(server.options("early"))) {
            List<Boolean> events = new CopyOnWriteArrayList<>();
            List<Message> seen = new CopyOnWriteArrayList<>();
            transport.onConnection(events::add);
            transport.subscribe("a", null, seen::add);
            assertThat(transport.connected()).isFalse();
            server.restart();
            await(transport::connected);
            transport.publish("a", null, Headers.NONE, new byte[0]);
            await(() -> seen.size() == 1);
            assertThat(events).containsExactly(true);
        } finally {
            server.restart();
        }
    }

    @Test
    void headersThatBreakTheRulesDropTheirMessageAndNothingElse() throws IOException {
        List<Message> seen = new CopyOnWriteArrayList<>();
        Transport listener = open();
        listener.subscribe("raw", null, seen::add);
        settle(listener);
        try (Socket socket = new Socket("127.0.0.1", URI.create(server.url()).getPort())) {
            for (String block : List.of("NATS/1.0\r\nno colon\r\n\r\n", "NATS/1.0\r\n: no name\r\n\r\n",
                    "NATS/1.0\r\na b: space\r\n\r\n", "NATS/9.9\r\na: b\r\n\r\n", "NATS/1.0 x\r\n\r\n",
                    "NATS/1.0\r\na: b",
                    "xx", "NATS/1.0\r\nGood:grün \r\n\r\n")) {
                byte[] header = block.getBytes(StandardCharsets.UTF_8);
                String line = "HPUB raw " + header.length + " " + (header.length + 2) + "\r\n";
                socket.getOutputStream().write(("CONNECT {\"headers\":true,\"verbose\":false}\r\n" + line).getBytes(
                        StandardCharsets.UTF_8));
                socket.getOutputStream().write(header);
                socket.getOutputStream().write("ok\r\n".getBytes(StandardCharsets.UTF_8));
            }
            await(() -> !seen.isEmpty());
        }
        settle(listener);
        assertThat(seen).extracting(Message::headers).containsExactly(Headers.of("Good", "grün"));
    }

    @Test
    void aServerThatReadsNothingHoldsNoPublisherUpForLongAndMemoryStaysBounded() throws Exception {
        Transport publisher = open();
        List<Message> seen = new CopyOnWriteArrayList<>();
        signal("STOP");
        long longest = 0;
        long waited = 0;
        try {
            for (int i = 0; i < 20_000; i++) {
                long start = System.nanoTime();
                publisher.publish("flood", null, Headers.NONE, new byte[MAX_PAYLOAD]);
                long nanos = System.nanoTime() - start;
                longest = Math.max(longest, nanos);
                waited += nanos;
            }
        } finally {
            signal("CONT");
        }
        System.out.printf("%d MB published in %d ms, the longest wait %d ms%n", 20_000L * MAX_PAYLOAD >> 20,
                waited / 1_000_000, longest / 1_000_000);
        assertThat(longest).isLessThan(2_000_000_000L);
        Transport listener = open();
        listener.subscribe("after", null, seen::add);
        settle(listener);
        await(() -> {
            publisher.publish("after", null, Headers.NONE, new byte[0]);
            return !seen.isEmpty();
        });
    }

    @Test
    void aPasswordOrATokenOpensTheDoor() {
        try (NatsServer guarded = NatsServer.start("authorization { user: u, password: p }");
                NatsServer tokened = NatsServer.start("authorization { token: t }");
                Transport user = NatsTransport.connect(new NatsOptions(guarded.url(), "x", null, "u", "p", null));
                Transport token = NatsTransport.connect(new NatsOptions(tokened.url(), "x", null, null, null, "t"));
                Transport wrong = NatsTransport.connect(new NatsOptions(guarded.url(), "x", null, "u", "q", null))) {
            await(() -> user.connected() && token.connected());
            assertThat(wrong.connected()).isFalse();
        }
    }

    @Test
    void itSaysWhyItIsNotConnectedAndKeepsThePasswordToItself() {
        try (NatsServer guarded = NatsServer.start("authorization { user: u, password: p }");
                NatsTransport refused = NatsTransport
                        .connect(new NatsOptions(guarded.url().replace("//", "//u:wrong-secret@"), "refused"));
                NatsTransport taken = NatsTransport
                        .connect(new NatsOptions(guarded.url().replace("//", "//u:p@"), "taken"))) {
            await(() -> refused.problem() != null);
            assertThat(refused.problem()).containsIgnoringCase("authorization").doesNotContain("wrong-secret");
            await(taken::connected);
            assertThat(taken.problem()).isNull();
        }
    }

    private static void signal(String name) throws Exception {
        new ProcessBuilder("kill", "-" + name, Long.toString(server.process().pid())).start().waitFor();
    }
}
