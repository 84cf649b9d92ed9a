// SPDX-License-Identifier: Apache-2.0
package io.natspersist.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.natspersist.client.ClientConfig;
import io.natspersist.client.PersistClient;
import io.natspersist.client.PersistException;
import io.natspersist.client.StreamHandle;
import io.natspersist.client.StreamMessage;
import io.natspersist.client.Watch;
import io.natspersist.client.WatchFrom;
import io.natspersist.client.WatchListener;
import io.natspersist.e2e.PlainClient.Reply;
import io.natspersist.transport.nats.NatsOptions;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Two users of a real nats-server, with the permissions that docs/protocol.md gives: alice may do everything with
 * {@code projects.1.>}, bob may read {@code projects.2.>}. Nothing else that they send comes to anything.
 */
@Timeout(60)
class PermissionsIT {

    private static final String P = Cluster.SUBJECTS.prefix();

    private static final String USERS = """
            no_auth_user: persist
            authorization { users: [
              {user: persist, password: persist, permissions: {
                publish: ["P.>", "_INBOX.>"], subscribe: ["P.>", "_INBOX.>", "$SRV.>"]}}
              {user: root, password: root}
              {user: alice, password: alice, permissions: {
                publish: ["P.locate.projects.1.>", "P.worker.*.*.projects.1.>"],
                subscribe: ["P.changes.projects.1.>", "P.table.changed", "_INBOX.alice.>"]}}
              {user: bob, password: bob, permissions: {
                publish: ["P.locate.projects.2.>", "P.worker.*.get.projects.2.>", "P.worker.*.getAll.projects.2.>",
                  "P.worker.*.keys.projects.2.>", "P.worker.*.info.projects.2.>", "P.worker.*.resume.projects.2.>"],
                subscribe: ["P.changes.projects.2.>", "P.table.changed", "_INBOX.bob.>"]}}
            ]}
            """.replace("\"P.", "\"" + P + ".");

    private static final List<String> READS = List.of("get", "getAll", "keys", "info", "resume");
    private static final List<String> WRITES = List.of("set", "delete", "deleteAll", "flush", "config", "setMany",
            "part", "destroy", "no-such-operation");

    private static final Cluster CLUSTER = new Cluster(USERS).with("w0");

    @AfterAll
    static void stop() {
        CLUSTER.close();
    }

    @BeforeEach
    void bothHaveSomething() {
        try (PersistClient root = client("root")) {
            for (String stream : List.of("projects.1.a", "projects.2.a")) {
                if (root.stream(stream).info().messages() == 0) {
                    root.stream(stream).set(bytes("secret of " + stream));
                }
            }
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static PersistClient client(String user) {
        NatsOptions options = new NatsOptions(CLUSTER.nats.url(), user, null, user, user, null);
        return PersistClient.connect(options.withInboxPrefix("_INBOX." + user),
                ClientConfig.ofCluster(Cluster.NAME).withDeadlineMillis(4_000).withAttemptMillis(1_000));
    }

    private static PlainClient connect(String user) throws IOException {
        return new PlainClient(CLUSTER.nats.url(), user, "_INBOX." + user + ".plain");
    }

    private static String op(String op, String stream) {
        return P + ".worker.w0." + op + "." + stream;
    }

    private static String state(String stream) throws IOException {
        try (PlainClient root = connect("root")) {
            return root.request(op("info", stream), "").payload();
        }
    }

    @Test
    void eachDoesWithItsOwnStreamsWhatItMay() {
        try (PersistClient alice = client("alice");
                PersistClient bob = client("bob");
                PersistClient root = client(
                        "root")) {
            List<String> seen = new CopyOnWriteArrayList<>();
            WatchListener listener = change -> seen.add(change.toString());
            StreamHandle hers = alice.stream("projects.1.own");
            try (Watch hersWatched = hers.watch(WatchFrom.now(), listener);
                    Watch hisWatched = bob.stream("projects.2.own").watch(WatchFrom.now(), listener)) {
                hersWatched.ready().join();
                hisWatched.ready().join();
                hers.set(bytes("1"));
                root.stream("projects.2.own").set(bytes("2"));
                await("both are told").until(() -> seen.size() == 2);
            }
            assertThat(hers.messages().map(StreamMessage::text)).containsExactly("1");
            assertThat(hers.delete(1).count()).isEqualTo(1);
            assertThat(bob.stream("projects.2.own").messages().map(StreamMessage::text)).containsExactly("2");
            assertThat(failure(() -> bob.stream("projects.2.own").set(bytes("3")))).isInstanceOf(
                    PersistException.class);
            assertThat(bob.stream("projects.2.own").info().messages()).isEqualTo(1);
        }
    }

    private static Throwable failure(ThrowingCallable call) {
        return org.assertj.core.api.Assertions.catchThrowable(call);
    }

    @Test
    void noOperationOnTheOthersStreamsReachesAWorker() throws IOException {
        String hers = state("projects.1.a");
        String his = state("projects.2.a");
        try (PlainClient alice = connect("alice"); PlainClient bob = connect("bob")) {
            for (String op : Stream.concat(READS.stream(), WRITES.stream()).toList()) {
                assertThat(publish(alice, op(op, "projects.2.a"))).as("alice, " + op).contains("Violation");
                assertThat(publish(bob, op(op, "projects.1.a"))).as("bob, " + op).contains("Violation");
            }
            for (String op : WRITES) {
                assertThat(publish(bob, op(op, "projects.2.a"))).as("bob, " + op).contains("Violation");
            }
            for (String disguise : List.of(op("get", "projects.2.>"), op("*", "projects.2.a"),
                    op("get.x", "projects.2.a"),
                    P + ".worker.*.set.projects.2.a", P + ".worker.w0.projects.1.projects.2.a", P + ".worker.>",
                    op("get", "projects.1"), op("get", "projects..1.a"), op("get", "projects.1.a.."),
                    P.toUpperCase(java.util.Locale.ROOT) + ".worker.w0.get.projects.2.a")) {
                List<String> said = alice.exchange("PUB " + disguise + " _INBOX.alice.plain 0", "");
                assertThat(said).as(disguise).isNotEmpty().allMatch(line -> line.startsWith("-ERR"));
            }
        }
        assertThat(state("projects.1.a")).isEqualTo(hers);
        assertThat(state("projects.2.a")).isEqualTo(his);
    }

    private static String publish(PlainClient user, String subject) throws IOException {
        return user.request(subject, "x", "Persist-Last: true").payload();
    }

    @Test
    void nobodyHearsWhatIsNotMeantForThem() throws IOException {
        try (PlainClient bob = connect("bob"); PlainClient alice = connect("alice")) {
            for (String subject : List.of(">", P + ".>", P + ".changes.>", P + ".changes.projects.1.>",
                    P + ".changes.*.1.a", P + ".worker.>", P + ".worker.w0.>", P + ".heartbeat.*", P + ".table.any",
                    "_INBOX.>", "_INBOX.*.>", "_INBOX.alice.>", "$SYS.>")) {
                assertThat(bob.exchange("SUB " + subject + " 7")).as(subject)
                        .anyMatch(line -> line.contains("Violation"));
                assertThat(bob.exchange("SUB " + subject + " workers 8")).as(subject + " in a queue")
                        .anyMatch(line -> line.contains("Violation"));
            }
            assertThat(alice.request(op("set", "projects.1.a"), "for alice only").payload()).contains("\"seq\":");
            assertThat(bob.exchange()).isEmpty();
        }
    }

    @Test
    void nobodySpeaksForAWorkerOrTheCoordinator() throws IOException {
        String before = state("projects.1.a");
        try (PlainClient bob = connect("bob")) {
            for (String subject : List.of(P + ".changes.projects.1.a", P + ".changes.projects.2.a",
                    P + ".table.changed",
                    P + ".heartbeat.w0", P + ".table", "_INBOX.alice.plain", "_INBOX.bob.plain")) {
                assertThat(bob.exchange("PUB " + subject + " 1", "x")).as(subject)
                        .anyMatch(line -> line.contains("Violation"));
            }
        }
        assertThat(state("projects.1.a")).isEqualTo(before);
    }

    /** The server does not look at reply subjects: it is for the worker, and for the worker's permissions, to refuse them. */
    @Test
    void aWorkerIsNotMadeToSayWhatItsClientMayNot() throws IOException {
        String before = state("projects.1.a");
        try (PlainClient bob = connect("bob"); PlainClient root = connect("root")) {
            List<String> forged = List.of(P + ".changes.projects.1.a", P + ".changes.projects.2.a",
                    op("set", "projects.1.a"), op("deleteAll", "projects.2.a"), P + ".heartbeat.w0",
                    P + ".table.changed",
                    P, "$SYS.REQ.ACCOUNT.PING", "$SRV.PING", "orders.create");
            for (int i = 0; i < forged.size(); i++) {
                root.exchange("SUB " + forged.get(i) + " " + (100 + i));
            }
            for (String replyTo : forged) {
                for (String op : READS) {
                    bob.exchange("PUB " + op(op, "projects.2.a") + " " + replyTo + " 0", "");
                }
                String header = "NATS/1.0\r\nPersist-Last: true\r\n\r\n";
                bob.exchange("HPUB " + op("get", "projects.2.a") + " " + replyTo + " " + header.length() + " "
                        + header.length(), header);
            }
            Reply last = bob.request(op("get", "projects.2.a"), "", "Persist-Last: true");

            assertThat(last.payload()).startsWith("secret of projects.2");
            assertThat(
                    root.exchange().stream().filter(line -> !line.contains(".heartbeat.") || line.contains("secret")))
                    .isEmpty();
        }
        assertThat(state("projects.1.a")).isEqualTo(before);
        assertThat(state("projects.2.a")).contains("\"messages\":1");
    }
}
