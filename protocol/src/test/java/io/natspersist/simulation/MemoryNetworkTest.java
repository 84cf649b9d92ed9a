// SPDX-License-Identifier: Apache-2.0
package io.natspersist.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.natspersist.transport.Headers;
import io.natspersist.transport.Message;
import io.natspersist.transport.Transport;
import io.natspersist.transport.Transport.Reply;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The faults; what the network is without them, the transport's contract says. */
class MemoryNetworkTest {

    private final VirtualTime time = new VirtualTime(3);
    private final MemoryNetwork network = new MemoryNetwork(time, 3);
    private final VirtualTime.Node nodeA = time.node("a");
    private final VirtualTime.Node nodeB = time.node("b");
    private final Transport a = network.connect(nodeA);
    private final Transport b = network.connect(nodeB);
    private final List<String> seen = new ArrayList<>();

    @ParameterizedTest
    @CsvSource({"a.b, a.b, true", "a.b, a.b.c, false", "a.b.c, a.b, false", "a.*, a.b, true", "a.*, a.b.c, false",
            "*.b, a.b, true", "a.>, a.b.c, true", "a.>, a, false", ">, a, true", "a.*.c, a.bb.c, true",
            "a.*.c, a.bb.d, false", "a.b, a.bc, false", "a.bc, a.b, false"})
    void patternsMatchAsTheyDoInNats(String pattern, String subject, boolean matches) {
        assertThat(new SubjectPattern(pattern).matches(subject)).isEqualTo(matches);
    }

    @Test
    void messagesKeepTheirOrderHoweverLongEachIsDelayed() {
        network.faults(new LinkFaults(0, 0, 0.3, 500));
        listen("x");
        for (int i = 0; i < 100; i++) {
            publish(String.format("%03d", i));
        }
        time.runFor(60_000);
        assertThat(seen).hasSize(100).isSorted();
    }

    @Test
    void messagesAreLostAndDelivedTwiceAsOftenAsAsked() {
        listen("x");
        time.runFor(10);
        network.faults(new LinkFaults(0.1, 0, 0, 0));
        for (int i = 0; i < 1_000; i++) {
            publish("once");
        }
        time.runFor(1_000);
        assertThat(seen).hasSizeBetween(750, 870);
        seen.clear();
        network.faults(new LinkFaults(0, 0.1, 0, 0));
        for (int i = 0; i < 1_000; i++) {
            publish("often");
        }
        time.runFor(1_000);
        assertThat(seen).hasSizeBetween(1_150, 1_290);
    }

    @Test
    void twoNodesThatAreCutApartTimeOutAndGoOnAfterwards() {
        answer("x");
        time.runFor(10);
        network.cut("a", "b");
        assertThat(ask(200)).isInstanceOf(Reply.TimedOut.class);
        network.heal("a", "b");
        assertThat(ask(200)).isInstanceOf(Reply.Answer.class);
    }

    @Test
    void aShortCutFromTheServerLosesNothingAndALongOneReconnects() {
        List<Boolean> events = new ArrayList<>();
        b.onConnection(events::add);
        listen("x");
        time.runFor(10);

        network.cutFromServer("b");
        publish("during");
        time.runFor(100);
        network.healToServer("b");
        time.runFor(1_000);
        assertThat(seen).containsExactly("during");
        assertThat(events).isEmpty();

        network.cutFromServer("b");
        time.runFor(5_000);
        assertThat(b.connected()).isFalse();
        publish("nobody hears this");
        time.runFor(100);
        network.healToServer("b");
        time.runFor(1_000);
        publish("after");
        time.runFor(100);
        assertThat(events).containsExactly(false, true);
        assertThat(seen).containsExactly("during", "after");
    }

    @Test
    void whatACrashedNodeHadSentStillArrivesAndThenNobodyListensThere() {
        listen("x");
        a.publish("x", null, Headers.NONE, bytes("last words"));
        nodeA.crash();
        time.runFor(100);
        assertThat(seen).containsExactly("last words");

        answer("y");
        time.runFor(100);
        nodeB.crash();
        time.runFor(20_000);
        Transport c = network.connect(time.node("c"));
        List<Reply> replies = new ArrayList<>();
        c.request("y", Headers.NONE, new byte[0], 1_000, replies::add);
        time.runFor(2_000);
        assertThat(replies).containsExactly(new Reply.NoResponders());
    }

    @Test
    void aRestartedServerKnowsEverySubscriptionAgain() {
        answer("x");
        time.runFor(10);
        network.serverDown();
        time.runFor(100);
        assertThat(a.connected()).isFalse();
        network.serverUp();
        time.runFor(1_000);
        assertThat(ask(200)).isInstanceOf(Reply.Answer.class);
    }

    @Test
    void aPausedNodeAnswersLate() {
        answer("x");
        time.runFor(10);
        nodeB.pause();
        List<Reply> replies = new ArrayList<>();
        a.request("x", Headers.NONE, bytes("?"), 5_000, replies::add);
        time.runFor(2_000);
        assertThat(replies).isEmpty();
        nodeB.resume();
        time.runFor(100);
        assertThat(replies).hasSize(1).first().isInstanceOf(Reply.Answer.class);
    }

    private void listen(String subject) {
        b.subscribe(subject, null, m -> seen.add(new String(m.payload(), StandardCharsets.UTF_8)));
        time.runFor(1_000);
    }

    private void answer(String subject) {
        b.subscribe(subject, null, (Message m) -> b.publish(java.util.Objects.requireNonNull(m.replyTo()), null,
                Headers.NONE, m.payload()));
        time.runFor(1_000);
    }

    private void publish(String text) {
        a.publish("x", null, Headers.NONE, bytes(text));
    }

    private Reply ask(long timeoutMillis) {
        List<Reply> replies = new ArrayList<>();
        a.request("x", Headers.NONE, bytes("?"), timeoutMillis, replies::add);
        time.runFor(timeoutMillis + 1);
        return replies.get(0);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
