// SPDX-License-Identifier: Apache-2.0
package io.natspersist.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.natspersist.protocol.ChangeNotice;
import io.natspersist.protocol.ErrorCode;
import io.natspersist.protocol.StreamName;
import io.natspersist.protocol.Subjects;
import io.natspersist.transport.Message;
import io.natspersist.transport.Transport;
import io.natspersist.transport.nats.NatsServer;
import io.natspersist.transport.nats.NatsTransport;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The client as an application has it: its own thread, a real nats-server, calls that wait. The worker is a fake. */
@Timeout(60)
class PersistClientIT {

    private static final Subjects SUBJECTS = Subjects.ofCluster("it");

    private final NatsServer server = NatsServer.start();
    private final Transport worker = NatsTransport.connect(server.options("worker"));
    private final Map<String, FakeStream> streams = new ConcurrentHashMap<>();
    private final PersistClient client;

    PersistClientIT() {
        worker.subscribe(SUBJECTS.locateAll(), null, this::locate);
        worker.subscribe(SUBJECTS.operations("w0"), null, this::operation);
        client = PersistClient.connect(server.url(), "it");
    }

    @AfterEach
    void stop() {
        client.close();
        worker.close();
        server.close();
    }

    @Test
    void aStreamIsWrittenReadAndWatched() {
        StreamHandle notes = client.stream("projects.42.notes");
        List<Change> changes = Collections.synchronizedList(new ArrayList<>());
        try (Watch watch = notes.watch(WatchFrom.now(), changes::add)) {
            watch.ready().join();
            for (int i = 1; i <= 10; i++) {
                assertThat(notes.set(bytes("note " + i)).seq()).isEqualTo(i);
            }
            await().until(() -> changes.size() == 10);
        }
        assertThat(notes.messages().map(StreamMessage::text)).hasSize(10).startsWith("note 1", "note 2");
        assertThat(notes.get(3).map(StreamMessage::text)).contains("note 3");
        assertThat(notes.get(99)).isEmpty();
        assertThat(notes.delete(3).count()).isEqualTo(1);
        assertThat(notes.info().messages()).isEqualTo(9);
        assertThat(notes.locate()).isEqualTo(new Location("projects.42.notes", new StreamName(notes.name()).slot(64),
                "w0.1", 5, "persist.it.worker.w0"));
        assertThatThrownBy(() -> notes.set(SetOptions.NONE.withExpectLastSeq(1), bytes("x")))
                .isInstanceOfSatisfying(PersistException.class, e -> {
                    assertThat(e.is(ErrorCode.WRONG_LAST_SEQ)).isTrue();
                    assertThat(e.getStackTrace()).as("the caller's stack").anyMatch(
                            frame -> frame.getClassName().equals(PersistClientIT.class.getName()));
                });
    }

    @Test
    void aKeyValueStoreIsUsed() {
        KeyValue settings = client.kv("users.7.settings");
        long revision = settings.put("theme", bytes("dark"));
        settings.put("size", bytes("12"));
        settings.put("font", bytes("mono"));
        assertThat(settings.create("theme", bytes("x"))).isEmpty();
        assertThat(settings.update("theme", bytes("light"), revision)).isPresent();
        assertThat(settings.get("theme").map(Entry::text)).contains("light");
        assertThat(settings.keys()).extracting(KeyEntry::key).containsExactly("font", "size", "theme");
        assertThat(settings.delete("theme")).isTrue();
    }

    @Test
    void manySetsAtOnceArriveInTheirOrder() {
        AsyncStream log = client.stream("log").async();
        List<CompletableFuture<Stored>> sets = new ArrayList<>();
        for (int i = 0; i < 5_000; i++) {
            sets.add(log.set(bytes("" + i)));
        }
        for (int i = 0; i < sets.size(); i++) {
            assertThat(sets.get(i).join().seq()).isEqualTo(i + 1);
        }
    }

    @Test
    void aWatchOutlivesTheServersRestart() {
        List<Change> changes = Collections.synchronizedList(new ArrayList<>());
        StreamHandle stream = client.stream("s");
        stream.watch(WatchFrom.now(), changes::add).ready().join();
        stream.set(bytes("before"));
        server.restart();
        stream.set(bytes("after"));
        await().untilAsserted(() -> assertThat(List.copyOf(changes)).extracting(c -> ((Change.Set) c).message().text())
                .containsExactly("before", "after"));
    }

    @Test
    void waitingInACallbackIsRefusedAndNotWaitedFor() {
        AtomicReference<Throwable> refused = new AtomicReference<>();
        StreamHandle stream = client.stream("s");
        stream.async().set(bytes("x")).thenRun(() -> {
            try {
                stream.info();
            } catch (IllegalStateException e) {
                refused.set(e);
            }
        }).join();
        assertThat(refused.get()).hasMessageContaining("asynchronous form");
    }

    @Test
    void aClosedClientAnswersAtOnce() {
        client.close();
        assertThatThrownBy(() -> client.stream("s").info()).isInstanceOfSatisfying(PersistException.class,
                e -> assertThat(e.code()).isEqualTo(PersistException.CLOSED));
    }

    private void locate(Message request) {
        StreamName stream = new StreamName(request.subject().substring(SUBJECTS.locateAll().length() - 1));
        reply(request,
                FakeStream.Reply.json(Map.of("stream", stream.value(), "slot", stream.slot(64), "slots", 64, "worker",
                        "w0", "owner", "w0.1", "epoch", 5, "prefix", "persist.it.worker.w0", "tableVersion", 1)));
    }

    private void operation(Message request) {
        String[] parts = request.subject().substring(SUBJECTS.operations("w0").length() - 1).split("\\.", 2);
        FakeStream stream = streams.computeIfAbsent(parts[1], name -> new FakeStream(name, 5, 3, 100_000));
        reply(request, stream.handle(parts[0], request, "w0.1", 1_000));
        for (Change change : stream.made) {
            ChangeNotice notice = new ChangeNotice.Changed(FakeStream.wire(change));
            worker.publish(SUBJECTS.changes(new StreamName(parts[1])), null, notice.headers(), notice.payload());
        }
    }

    private void reply(Message request, FakeStream.Reply reply) {
        worker.publish(Objects.requireNonNull(request.replyTo()), null, reply.headers(), reply.payload());
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
