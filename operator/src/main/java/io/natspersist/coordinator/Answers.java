// SPDX-License-Identifier: Apache-2.0
package io.natspersist.coordinator;

import io.natspersist.loop.EventLoop;
import io.natspersist.protocol.BadMessage;
import io.natspersist.protocol.ErrorCode;
import io.natspersist.protocol.Json;
import io.natspersist.protocol.ServiceError;
import io.natspersist.protocol.StreamName;
import io.natspersist.protocol.Subjects;
import io.natspersist.protocol.service.EndpointStats;
import io.natspersist.protocol.table.AssignmentTable;
import io.natspersist.protocol.table.Heartbeat;
import io.natspersist.protocol.table.Incarnation;
import io.natspersist.protocol.table.SlotAssignment;
import io.natspersist.transport.Headers;
import io.natspersist.transport.Message;
import io.natspersist.transport.Transport;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The coordinator's subjects: reads requests, answers those about the stored table, refuses what is malformed. */
final class Answers {

    private final Transport transport;
    private final EventLoop loop;
    private final Subjects subjects;
    private final List<Transport.Subscription> subscriptions = new ArrayList<>();
    private final List<Endpoint> endpoints = new ArrayList<>();

    /** What one subject was asked and answered. */
    private static final class Endpoint {
        final String name;
        final String subject;
        long requests;
        long errors;
        String lastError = "";
        long nanos;

        Endpoint(String name, String subject) {
            this.name = name;
            this.subject = subject;
        }

        EndpointStats stats() {
            return new EndpointStats(name, subject, "", requests, errors, lastError, nanos);
        }
    }

    Answers(Transport transport, EventLoop loop, Subjects subjects) {
        this.transport = transport;
        this.loop = loop;
        this.subjects = subjects;
    }

    /** Where an answer goes; nowhere if the request named no subject, or one that must not be written to. */
    final class Asker {
        private final @Nullable String replyTo;
        private final Endpoint endpoint;
        private final long askedAt = loop.nanos();

        private Asker(@Nullable String replyTo, Endpoint endpoint) {
            this.replyTo = replyTo != null && subjects.isSafeReply(replyTo) ? replyTo : null;
            this.endpoint = endpoint;
        }

        void answer(Object json) {
            send(Headers.NONE, Json.write(json));
        }

        void refuse(ServiceError error) {
            endpoint.errors++;
            endpoint.lastError = error.code().number() + ":" + error.text();
            send(error.headers(), new byte[0]);
        }

        private void send(Headers headers, byte[] payload) {
            endpoint.requests++;
            endpoint.nanos += loop.nanos() - askedAt;
            if (replyTo != null) {
                transport.publish(replyTo, null, headers, payload);
            }
        }
    }

    /** @param table the stored table; none while it is not known */
    void serve(BiConsumer<Heartbeat, Asker> heartbeats, Supplier<@Nullable AssignmentTable> table) {
        listen("heartbeat", subjects.heartbeatAll(), (m, asker) -> heartbeats.accept(heartbeat(m), asker));
        listen("table", subjects.table(), (m, asker) -> tellTable(m, asker, table.get()));
        listen("locate", subjects.locateAll(), (m, asker) -> locate(m, asker, table.get()));
    }

    /** What was asked and answered so far. */
    List<EndpointStats> endpoints() {
        return endpoints.stream().map(Endpoint::stats).toList();
    }

    void close() {
        subscriptions.forEach(Transport.Subscription::close);
        subscriptions.clear();
    }

    private void listen(String name, String subject, BiConsumer<Message, Asker> handler) {
        Endpoint endpoint = new Endpoint(name, subject);
        endpoints.add(endpoint);
        subscriptions.add(transport.subscribe(subject, null, message -> loop.execute(() -> {
            if (subscriptions.isEmpty()) {
                return;
            }
            Asker asker = new Asker(message.replyTo(), endpoint);
            try {
                handler.accept(message, asker);
            } catch (BadMessage e) {
                asker.refuse(ServiceError.badRequest(e));
            }
        })));
    }

    private Heartbeat heartbeat(Message message) {
        Heartbeat heartbeat = Json.read(message.payload(), Heartbeat.class);
        if (!message.subject().equals(subjects.heartbeat(heartbeat.worker()))) {
            throw new BadMessage("worker", "is not the one that the subject names");
        }
        if (heartbeat.incarnation() < 0) {
            throw new BadMessage("incarnation", "is negative");
        }
        if (heartbeat.instance().isEmpty()) {
            throw new BadMessage("instance", "is empty");
        }
        try {
            new Incarnation(heartbeat.worker(), 1);
        } catch (IllegalArgumentException e) {
            throw new BadMessage("worker", "is no name for a worker", e);
        }
        return heartbeat;
    }

    private void tellTable(Message message, Asker asker, @Nullable AssignmentTable table) {
        if (table == null) {
            asker.refuse(new ServiceError(ErrorCode.UNAVAILABLE, "the table is not known yet").retryAfter(500));
            return;
        }
        String version = new String(message.payload(), StandardCharsets.UTF_8).strip();
        if (!version.isEmpty() && !version.matches("[0-9]{1,18}")) {
            throw new BadMessage("", "the payload is neither empty nor the version of a table");
        }
        if (!version.isEmpty() && Long.parseLong(version) == table.version()) {
            asker.answer(new Unchanged(table.version(), true));
        } else {
            asker.answer(table);
        }
    }

    private void locate(Message message, Asker asker, @Nullable AssignmentTable table) {
        String name = message.subject().substring(subjects.locateAll().length() - 1);
        StreamName stream;
        try {
            stream = new StreamName(name);
        } catch (IllegalArgumentException e) {
            asker.refuse(new ServiceError(ErrorCode.BAD_NAME, String.valueOf(e.getMessage())));
            return;
        }
        int number = table == null ? 0 : stream.slot(table.slots().size());
        SlotAssignment slot = table == null ? SlotAssignment.NONE : table.slot(number);
        Incarnation owner = slot.owner();
        if (table == null || owner == null) {
            asker.refuse(new ServiceError(ErrorCode.UNAVAILABLE, "nobody serves this stream yet").retryAfter(500));
            return;
        }
        asker.answer(new Location(stream.value(), number, table.slots().size(), owner.worker(), owner, slot.epoch(),
                subjects.prefix() + ".worker." + owner.worker(), table.version()));
    }

    /** Answer to who has this table already. */
    record Unchanged(long version, boolean unchanged) {}

    /** Where a stream is served. {@code prefix}: of the subjects for its operations. */
    record Location(String stream, int slot, int slots, String worker, Incarnation owner, long epoch, String prefix,
            long tableVersion) {}
}
