// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.terminal;

import io.natspersist.client.ClientConfig;
import io.natspersist.client.PersistClient;
import io.natspersist.loop.ThreadEventLoop;
import io.natspersist.transport.Transport;
import io.natspersist.transport.nats.NatsOptions;
import io.natspersist.transport.nats.NatsTransport;
import java.security.SecureRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/** A client and what it stands on. */
public final class Connection implements AutoCloseable {

    private static final long CONNECT_SECONDS = 1;

    private final Transport transport;
    private final ThreadEventLoop loop;
    private final PersistClient client;

    private Connection(Transport transport, ClientConfig config) {
        this.transport = transport;
        this.loop = new ThreadEventLoop("client", Connection::report);
        this.client = new PersistClient(config, transport, loop, newRandom());
    }

    /** @throws Failure when no server answers within some three seconds */
    public static Connection open(NatsOptions nats, ClientConfig config) {
        Transport transport = connect(nats);
        return new Connection(transport, config);
    }

    /** @throws Failure when no server answers within some three seconds */
    public static Transport connect(NatsOptions nats) {
        Transport transport = NatsTransport.connect(nats);
        CountDownLatch connected = new CountDownLatch(1);
        transport.onConnection(now -> {
            if (now) {
                connected.countDown();
            }
        });
        if (!transport.connected() && !await(connected)) {
            transport.close();
            throw new Failure(ExitCode.UNREACHABLE, "no NATS server answers at " + nats.servers());
        }
        return transport;
    }

    public PersistClient client() {
        return client;
    }

    public Transport transport() {
        return transport;
    }

    @Override
    public void close() {
        client.close();
        awaitLoop(); // what closing does there still needs the transport
        transport.close();
        loop.close();
    }

    private void awaitLoop() {
        CountDownLatch done = new CountDownLatch(1);
        loop.execute(done::countDown);
        var _ = await(done);
    }

    private static boolean await(CountDownLatch latch) {
        try {
            return latch.await(CONNECT_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private static RandomGenerator newRandom() {
        return RandomGeneratorFactory.of("L64X128MixRandom").create(new SecureRandom().nextLong());
    }

    private static void report(Throwable fault) {
        System.err.println("persist: " + fault);
    }
}
