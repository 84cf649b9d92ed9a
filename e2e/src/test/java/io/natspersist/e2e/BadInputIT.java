// SPDX-License-Identifier: Apache-2.0
package io.natspersist.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.natspersist.e2e.PlainClient.Reply;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What any client can put on the wire, right and wrong, through a real nats-server. */
@Timeout(60)
class BadInputIT {

    private static final Cluster CLUSTER = Cluster.of("w0");
    private static final String W0 = Cluster.SUBJECTS.prefix() + ".worker.w0.";

    @AfterAll
    static void stop() {
        CLUSTER.close();
    }

    private static PlainClient connect() throws IOException {
        return new PlainClient(CLUSTER.nats.url());
    }

    /** Sends one request on a connection of its own: the server closes it over the worst of them. */
    private static Reply request(String subject, String payload, String... headers) {
        try (PlainClient client = connect()) {
            return client.request(subject, payload, headers);
        } catch (IOException closed) {
            return new Reply(java.util.Map.of(), "-ERR " + closed.getMessage());
        }
    }

    private static String set(String stream, String value) {
        return request(W0 + "set." + stream, value).payload();
    }

    private static String info(String stream) {
        return request(W0 + "info." + stream, "").payload();
    }

    @Test
    void aPlainRequestStoresAndReads() throws IOException {
        try (PlainClient client = connect()) {
            assertThat(client.request(W0 + "set.a.b", "hello").payload())
                    .startsWith("{\"seq\":1,\"change\":1,\"epoch\":");

            Reply got = client.request(W0 + "get.a.b", "", "Persist-Seq: 1");
            assertThat(got.payload()).isEqualTo("hello");
            assertThat(got.headers()).containsEntry("Persist-Seq", "1").containsEntry("Persist-Change", "1")
                    .containsKeys("Persist-Time", "Persist-Epoch");

            Reply none = client.request(W0 + "get.a.b", "", "Persist-Seq: 7");
            assertThat(none.headers()).containsEntry("Persist-Error", "NOT_FOUND")
                    .containsEntry("Nats-Service-Error-Code", "404").containsEntry("Persist-Retryable", "false")
                    .containsEntry("Persist-No-Side-Effects", "true").containsKey("Nats-Service-Error");
            assertThat(client.request(W0 + "delete.a.b", "", "Persist-Seq: 1").payload())
                    .startsWith("{\"deleted\":1,\"change\":2,\"epoch\":");
            assertThat(client.request(W0 + "info.a.b", "").payload()).contains("\"stream\":\"a.b\"", "\"messages\":0",
                    "\"lastSeq\":1,\"change\":2", "\"owner\":\"w0.1\"");
            assertThat(client.request(Cluster.SUBJECTS.prefix() + ".locate.a.b", "").payload())
                    .contains("\"worker\":\"w0\"", "\"prefix\":\"" + Cluster.SUBJECTS.prefix() + ".worker.w0\"");
        }
    }

    /** What the server itself refuses never comes here; the rest is the worker's to refuse. */
    @ParameterizedTest
    @ValueSource(strings = {"a.*", "a.>", "*", ">", "a..b", ".a", "a.", "a.\u0001b", "a.\u007f", "\u00ff\u00fe",
            "\u00c3", "a\u00c2\u0085b",
            "\u00ed\u00a0\u0080"})
    void illegalNamesAreRefused(String name) {
        for (String op : List.of("set", "get", "delete", "deleteAll", "keys", "info", "flush", "getAll", "resume")) {
            Reply reply = request(W0 + op + "." + name, "x");
            assertThat(reply.error()).as(op + " " + name).matches("BAD_NAME|NO_RESPONDERS|-ERR 'Invalid.*Subject'.*");
        }
    }

    @Test
    void overlongNamesAreRefusedAndTheLongestIsNot() {
        assertThat(request(W0 + "set." + "n".repeat(513), "x").error()).isEqualTo("BAD_NAME");
        assertThat(request(W0 + "set." + "t.".repeat(32) + "t", "x").error()).isEqualTo("BAD_NAME");
        assertThat(request(W0 + "set." + "n".repeat(3_000), "x").error()).matches("BAD_NAME|-ERR.*");
        assertThat(set("n".repeat(512), "x")).startsWith("{\"seq\":1,");
        assertThat(set("t.".repeat(31) + "t", "x")).startsWith("{\"seq\":1,");
        assertThat(request(W0 + "flush." + "n".repeat(512), "").error()).isEmpty();
        assertThat(request(W0 + "get." + "n".repeat(512), "", "Persist-Last: true").payload()).isEqualTo("x");
    }

    @Test
    void namesThatLookLikePathsAreNamesAndStayInTheVolume() throws IOException {
        List<String> names = List.of("~", "/", "a/b", "/etc/passwd", "%2e%2e.x", "journals", "a\\b", "CON", "-",
                "'; drop table messages; --".replace(' ', '_'), "x.db", "x.7.db", "\u00c3\u00a4");
        for (String name : names) {
            assertThat(set(name, name)).as(name).startsWith("{\"seq\":1,");
            assertThat(request(W0 + "flush." + name, "").error()).isEmpty();
            assertThat(request(W0 + "get." + name, "", "Persist-Last: true").payload()).isEqualTo(name);
        }
        assertThat(CLUSTER.volume().getParent().toFile().list()).containsExactlyInAnyOrder("volume", "logs", "table",
                "table.lock");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            set    | Persist-Seq: -1                      | BAD_REQUEST
            set    | Persist-Seq: 0                       | BAD_REQUEST
            set    | Persist-Seq: 9223372036854775807     | BAD_REQUEST
            set    | Persist-Seq: 9223372036854775808     | BAD_REQUEST
            set    | Persist-Seq: 99999999999999999999999 | BAD_REQUEST
            set    | Persist-Seq: 1e3                     | BAD_REQUEST
            set    | Persist-Seq: +1                      | BAD_REQUEST
            set    | Persist-Seq: 0x10                    | BAD_REQUEST
            set    | Persist-Seq:                         | BAD_REQUEST
            set    | Persist-Time: -5                     | BAD_REQUEST
            set    | Persist-Expect-Last-Seq: 7           | WRONG_LAST_SEQ
            set    | Persist-Expect-Last-Seq: -1          | BAD_REQUEST
            set    | Persist-Expect-Seq: 1                | BAD_REQUEST
            set    | Persist-No-Value: maybe              | BAD_REQUEST
            set    | Persist-No-Value: true               | BAD_REQUEST
            set    | Persist-Unheard-Of: 1                | BAD_REQUEST
            set    | Persist-Last: true                   | BAD_REQUEST
            set    | Persist-Key:                         | BAD_NAME
            set    | Nats-Msg-Id:                         | BAD_NAME
            get    | Persist-Seq: -1                      | BAD_REQUEST
            get    | Color: red                           | BAD_REQUEST
            get    | Persist-Last: false                  | BAD_REQUEST
            get    | Persist-Key: no such key             | NOT_FOUND
            getAll | Persist-Start-Seq: -1                | BAD_REQUEST
            getAll | Persist-Limit: 0                     | BAD_REQUEST
            getAll | Persist-Limit: -1                    | BAD_REQUEST
            delete | Persist-Seq: 1,                      | BAD_REQUEST
            delete | Persist-Seq: 1,x                     | BAD_REQUEST
            delete | Persist-Seq: 1,-2                    | BAD_REQUEST
            delete | Color: red                           | BAD_REQUEST
            deleteAll | Persist-End-Seq: -1               | BAD_REQUEST
            keys   | Persist-Limit: x                     | BAD_REQUEST
            resume | Persist-Epoch: 1                     | BAD_REQUEST
            resume | Persist-Change: 99999999999999999999 | BAD_REQUEST
            grow   | Color: red                           | UNKNOWN_OPERATION
            SET    | Color: red                           | UNKNOWN_OPERATION
            """)
    void wrongHeadersAreRefusedAndChangeNothing(String op, String header, String expected) {
        if (info("kept").contains("\"messages\":0")) {
            set("kept", "as it is");
        }
        String before = info("kept");

        Reply reply = request(W0 + op + ".kept", "x", header);

        assertThat(reply.error()).isEqualTo(expected);
        assertThat(reply.headers()).containsEntry("Persist-No-Side-Effects", "true");
        assertThat(info("kept")).isEqualTo(before);
    }

    @Test
    void whatIsTooLongOrTooLargeIsRefusedAndChangesNothing() {
        set("kept", "as it is");
        String before = info("kept");

        assertThat(request(W0 + "set.kept", "x", "Persist-Key: " + "k".repeat(1_025)).error()).isEqualTo("BAD_NAME");
        assertThat(request(W0 + "set.kept", "x", "Nats-Msg-Id: " + "k".repeat(257)).error()).isEqualTo("BAD_NAME");
        assertThat(request(W0 + "set.kept", "v".repeat((1 << 20) - 100)).error()).isEqualTo("TOO_LARGE");
        assertThat(request(W0 + "set.kept", "v".repeat((1 << 20) + 1)).error()).startsWith("-ERR");
        String many = "1,".repeat(1_000) + "1";
        assertThat(request(W0 + "delete.kept", "", "Persist-Seq: " + many).error()).isEqualTo("BAD_REQUEST");
        assertThat(info("kept")).isEqualTo(before);
    }

    @Test
    void headersThatAreNoHeadersAreNeverStored() {
        for (String header : List.of("no colon", ":", ": v", "a b: c", "Persist-Seq : 1", "\u0000: x")) {
            String before = info("kept");
            try (PlainClient client = connect()) {
                client.patience(500);
                client.request(W0 + "set.headers", "x", header);
            } catch (IOException droppedByServerOrTransport) {
                // no answer is an answer too
            }
            assertThat(info("kept")).isEqualTo(before);
            assertThat(CLUSTER.worker("w0").alive()).isTrue();
        }
    }

    @Test
    void aReplySubjectInsideTheClusterForgesNothing() throws Exception {
        String victim = Cluster.SUBJECTS.prefix() + ".changes.victim";
        try (java.net.Socket socket = new java.net.Socket("127.0.0.1",
                java.net.URI.create(CLUSTER.nats.url()).getPort())) {
            String pub = "CONNECT {\"verbose\":false}\r\nSUB " + victim + " 1\r\nPUB " + W0 + "set.forger " + victim
                    + " 1\r\nx\r\nPUB " + victim + " 4\r\nreal\r\nPING\r\n";
            socket.getOutputStream().write(pub.getBytes(StandardCharsets.ISO_8859_1));
            byte[] buffer = new byte[64 << 10];
            socket.setSoTimeout(1_000);
            StringBuilder heard = new StringBuilder();
            try {
                for (int n = 0; n >= 0; n = socket.getInputStream().read(buffer)) {
                    heard.append(new String(buffer, 0, n, StandardCharsets.ISO_8859_1));
                }
            } catch (java.net.SocketTimeoutException quiet) {
                // all that comes has come
            }
            assertThat(heard.toString().split("MSG " + victim.replace(".", "\\.") + " 1")).hasSize(2);
            assertThat(heard.toString()).contains("real");
        }
        assertThat(info("forger")).contains("\"messages\":0");
    }

    @Test
    void theWorkerHasComeThroughAllOfIt() {
        assertThat(set("afterwards", "x")).startsWith("{\"seq\":");
        assertThat(CLUSTER.worker("w0").alive()).isTrue();
        assertThat(CLUSTER.worker("w0").log()).doesNotContain("halting");
    }
}
