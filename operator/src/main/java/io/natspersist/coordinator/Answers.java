// SPDX-License-Identifier: Apache-2.0
package io.natspersist.coordinator;

import io.natspersist.loop.EventLoop;
import io.natspersist.protocol.BadMessage;
import io.natspersist.protocol.ErrorCode;
import io.natspersist.protocol.Json;
import io.natspersist.protocol.ServiceError;
import io.natspersist.protocol.StreamName;
import io.natspersist.protocol.Subjects;
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
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The coordinator's subjects: reads requests, answers those about the stored table, refuses what is malformed. */
final class Answers {

    private final Transport transport;
    private final EventLoop loop;
    private final Subjects subjects;
    private final List<Transport.Subscription> subscriptions = new ArrayList<>();

    Answers(Transport transport, EventLoop loop, Subjects subjects) {
        this.transport = transport;
        this.loop = loop;
        this.subjects = subjects;
    }

    /** Where an answer goes; nowhere if the request named no subject, or one that must not be written to. */
    final class Asker {
        private final @Nullable String replyTo;

        private Asker(@Nullable String replyTo) {
            this.replyTo = replyTo != null && subjects.isSafeReply(replyTo) ? replyTo : null;
        }

        void answer(Object json) {
            send(Headers.NONE, Json.write(json));
        }

        void refuse(ServiceError error) {
            send(error.headers(), new byte[0]);
        }

        private void send(Headers headers, byte[] payload) {
            if (replyTo != null) {
                transport.publish(replyTo, null, headers, payload);
            }
        }
    }

    /** @param table the stored table; none while it is not known */
    void serve(BiConsumer<Heartbeat, Asker> heartbeats, Supplier<@Nullable AssignmentTable> table) {
        listen(subjects.heartbeatAll(), m -> {
            Asker asker = new Asker(m.replyTo());
            heartbeats.accept(heartbeat(m), asker);
        });
        listen(subjects.table(), m -> tellTable(m, table.get()));
        listen(subjects.locateAll(), m -> locate(m, table.get()));
    }

    void close() {
        subscriptions.forEach(Transport.Subscription::close);
        subscriptions.clear();
    }

    private void listen(String subject, Consumer<Message> handler) {
        subscriptions.add(transport.subscribe(subject, null, message -> loop.execute(() -> {
            if (subscriptions.isEmpty()) {
                return;
            }
            try {
                handler.accept(message);
            } catch (BadMessage e) {
                new Asker(message.replyTo()).refuse(ServiceError.badRequest(e));
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

    private void tellTable(Message message, @Nullable AssignmentTable table) {
        Asker asker = new Asker(message.replyTo());
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

    private void locate(Message message, @Nullable AssignmentTable table) {
        Asker asker = new Asker(message.replyTo());
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
