// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker;

import io.natspersist.loop.EventLoop;
import io.natspersist.protocol.BadMessage;
import io.natspersist.protocol.Json;
import io.natspersist.protocol.ServiceError;
import io.natspersist.protocol.table.Heartbeat;
import io.natspersist.protocol.table.HeartbeatReply;
import io.natspersist.transport.Transport;
import io.natspersist.transport.Transport.Reply;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A worker's place with the coordinator: a heartbeat every so often, and sooner where there is news; one at a time. Confined
 * to the worker's loop.
 */
final class Membership {

    private static final Logger LOG = LoggerFactory.getLogger(Membership.class);

    private final WorkerConfig config;
    private final Transport transport;
    private final EventLoop loop;
    private final Supplier<Heartbeat> heartbeat;
    private final Consumer<HeartbeatReply> replied;

    private boolean inFlight;
    private boolean news;
    private boolean stopped;
    private EventLoop.Timer next;
    /** When the last heartbeat that was answered was sent. */
    private long answeredSentAt;
    private boolean everAnswered;

    Membership(WorkerConfig config, Transport transport, EventLoop loop, Supplier<Heartbeat> heartbeat,
            Consumer<HeartbeatReply> replied) {
        this.config = config;
        this.transport = transport;
        this.loop = loop;
        this.heartbeat = heartbeat;
        this.replied = replied;
        this.next = () -> {};
    }

    void start() {
        beat();
    }

    void stop() {
        stopped = true;
        next.cancel();
    }

    /** There is something that the coordinator waits for: tell it at once. */
    void news() {
        if (inFlight) {
            news = true;
        } else {
            next.cancel();
            beat();
        }
    }

    /** Whether the coordinator has answered to a heartbeat that was sent a short while ago, at most. */
    boolean inTouch() {
        return everAnswered && loop.nanos() - answeredSentAt <= config.outOfTouchMillis() * 1_000_000;
    }

    private void beat() {
        if (stopped) {
            return;
        }
        inFlight = true;
        news = false;
        long sentAt = loop.nanos();
        transport.request(config.subjects().heartbeat(config.name()), io.natspersist.transport.Headers.NONE,
                Json.write(heartbeat.get()), config.heartbeatMillis(),
                reply -> loop.execute(() -> answered(reply, sentAt)));
    }

    private void answered(Reply reply, long sentAt) {
        inFlight = false;
        if (stopped) {
            return;
        }
        if (reply instanceof Reply.Answer answer) {
            try {
                ServiceError.parse(answer.message().headers()).ifPresentOrElse(
                        error -> LOG.info("the coordinator does not take heartbeats: {}", error.text()),
                        () -> taken(Json.read(answer.message().payload(), HeartbeatReply.class), sentAt));
            } catch (BadMessage e) {
                LOG.warn("the coordinator's answer cannot be read: {}", e.getMessage());
            }
        }
        if (stopped) {
            return;
        }
        long passed = (loop.nanos() - sentAt) / 1_000_000;
        if (news) {
            beat();
        } else {
            next = loop.after(Math.max(1, config.heartbeatMillis() - passed), this::beat);
        }
    }

    private void taken(HeartbeatReply reply, long sentAt) {
        if (reply.incarnation() > 0 && !reply.dead()) {
            answeredSentAt = sentAt;
            everAnswered = true;
        }
        replied.accept(reply);
    }
}
