// SPDX-License-Identifier: Apache-2.0
package io.natspersist.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.natspersist.transport.Transport.Reply;
import io.natspersist.transport.Transport.Subscription;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What every transport does. Both ends are connections of their own to one server. */
public abstract class TransportContract {

    protected static final int MAX_PAYLOAD = 8_192;

    private final List<Transport> opened = new ArrayList<>();

    /** A new connection, up, to a server with {@link #MAX_PAYLOAD}. */
    protected abstract Transport connect();

    /** Lets the transport work until the condition holds; fails after some seconds. */
    protected abstract void await(BooleanSupplier condition);

    /** Lets the transport work until whatever was sent before has arrived where it will. */
    protected abstract void settle(Transport transport);

    /** Takes the server away and brings it back, so that every connection is lost and made again. */
    protected abstract void restartServer();

    protected final Transport open() {
        Transport transport = connect();
        opened.add(transport);
        return transport;
    }

    @AfterEach
    void closeAll() {
        opened.forEach(Transport::close);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String text(Message message) {
        return new String(message.payload(), StandardCharsets.UTF_8);
    }

    private static void publish(Transport transport, String subject, String payload) {
        transport.publish(subject, null, Headers.NONE, bytes(payload));
    }

    /** What arrives, in order. */
    private List<Message> listen(Transport transport, String subject) {
        List<Message> seen = new CopyOnWriteArrayList<>();
        transport.subscribe(subject, null, seen::add);
        settle(transport);
        return seen;
    }

    @Test
    void aMessageArrivesAsItWasSent() {
        List<Message> seen = listen(open(), "a.b");
        open().publish("a.b", "reply.here", Headers.of("Name", "value"), bytes("payload"));
        await(() -> seen.size() == 1);
        Message message = seen.get(0);
        assertThat(message.subject()).isEqualTo("a.b");
        assertThat(message.replyTo()).isEqualTo("reply.here");
        assertThat(message.headers()).isEqualTo(Headers.of("Name", "value"));
        assertThat(text(message)).isEqualTo("payload");
    }

    @Test
    void aMessageMayHaveNeitherPayloadNorHeadersNorReply() {
        List<Message> seen = listen(open(), "a");
        open().publish("a", null, Headers.NONE, new byte[0]);
        await(() -> seen.size() == 1);
        assertThat(seen.get(0).replyTo()).isNull();
        assertThat(seen.get(0).headers().isEmpty()).isTrue();
        assertThat(seen.get(0).payload()).isEmpty();
    }

    @Test
    void aStarStandsForOneTokenAndAGreaterThanForTheRest() {
        Transport listener = open();
        List<Message> exact = listen(listener, "a.b.c");
        List<Message> star = listen(listener, "a.*.c");
        List<Message> rest = listen(listener, "a.>");
        Transport publisher = open();
        for (String subject : List.of("a", "a.b", "a.b.c", "a.x.c", "a.b.c.d", "b.b.c", "ab.c", "last.a")) {
            publish(publisher, subject, "");
        }
        List<Message> last = listen(listener, "last.>");
        publish(publisher, "last.b", "");
        await(() -> last.size() >= 1);
        assertThat(exact).extracting(Message::subject).containsExactly("a.b.c");
        assertThat(star).extracting(Message::subject).containsExactly("a.b.c", "a.x.c");
        assertThat(rest).extracting(Message::subject).containsExactly("a.b", "a.b.c", "a.x.c", "a.b.c.d");
    }

    @Test
    void everySubscriptionGetsAMessageOnce() {
        Transport both = open();
        List<Message> one = listen(both, "a");
        List<Message> two = listen(both, "a");
        List<Message> three = listen(open(), "*");
        publish(open(), "a", "x");
        await(() -> one.size() + two.size() + three.size() == 3);
        assertThat(one).hasSize(1);
        assertThat(two).hasSize(1);
    }

    @Test
    void aPublisherHearsItself() {
        Transport transport = open();
        List<Message> seen = listen(transport, "a");
        publish(transport, "a", "x");
        await(() -> seen.size() == 1);
    }

    @Test
    void aQueueGroupSharesTheMessages() {
        AtomicInteger[] counts = {new AtomicInteger(), new AtomicInteger(), new AtomicInteger()};
        for (AtomicInteger count : counts) {
            Transport member = open();
            member.subscribe("work.*", "workers", m -> count.incrementAndGet());
            settle(member);
        }
        List<Message> outside = listen(open(), "work.>");
        Transport publisher = open();
        for (int i = 0; i < 300; i++) {
            publish(publisher, "work." + i, "");
        }
        await(() -> outside.size() == 300 && Stream.of(counts).mapToInt(AtomicInteger::get).sum() == 300);
        assertThat(counts).allSatisfy(count -> assertThat(count.get()).isPositive());
    }

    @Test
    void messagesOfOnePublisherKeepTheirOrder() {
        Transport listener = open();
        List<Message> seen = listen(listener, "a.>");
        Transport publisher = open();
        List<String> sent = IntStream.range(0, 5_000).mapToObj(String::valueOf).toList();
        for (String payload : sent) {
            publish(publisher, "a." + payload.length(), payload);
        }
        await(() -> seen.size() == sent.size());
        assertThat(seen).extracting(TransportContract::text).isEqualTo(sent);
    }

    @Test
    void headersKeepTheirOrderRepetitionsEmptyValuesAndCase() {
        List<Message> seen = listen(open(), "a");
        Headers headers = Headers.of("b", "1", "A", "2", "b", "3", "a", "", "Empty", "", "x-y_z", "a: b;c=\"d\"", "b",
                "1");
        open().publish("a", null, headers, bytes("v"));
        await(() -> seen.size() == 1);
        assertThat(seen.get(0).headers()).isEqualTo(headers);
        assertThat(text(seen.get(0))).isEqualTo("v");
    }

    @Test
    void headerValuesAndSubjectsMayBeAnyUnicode() {
        List<Message> seen = listen(open(), "straße.*");
        Headers headers = Headers.of("Key", "grüße 世界 😀", "Tab", "a\tb");
        open().publish("straße.世界😀", "reply", headers, bytes("é"));
        await(() -> seen.size() == 1);
        assertThat(seen.get(0).subject()).isEqualTo("straße.世界😀");
        assertThat(seen.get(0).replyTo()).isEqualTo("reply");
        assertThat(seen.get(0).headers()).isEqualTo(headers);
        assertThat(text(seen.get(0))).isEqualTo("é");
    }

    @Test
    void aRequestIsAnsweredOnce() {
        Transport service = open();
        service.subscribe("echo", null, m -> {
            service.publish(m.replyTo(), null, m.headers(), m.payload());
            service.publish(m.replyTo(), null, Headers.NONE, bytes("second"));
        });
        settle(service);
        Transport client = open();
        List<Reply> replies = new CopyOnWriteArrayList<>();
        client.request("echo", Headers.of("H", "v"), bytes("hello"), 5_000, replies::add);
        await(() -> !replies.isEmpty());
        settle(service);
        settle(client);
        assertThat(replies).hasSize(1);
        Message answer = ((Reply.Answer) replies.get(0)).message();
        assertThat(text(answer)).isEqualTo("hello");
        assertThat(answer.headers()).isEqualTo(Headers.of("H", "v"));
    }

    @Test
    void answersMayComeInAnyOrder() {
        Transport service = open();
        List<Message> requests = listen(service, "ask");
        Transport client = open();
        List<String> answers = new CopyOnWriteArrayList<>();
        for (int i = 0; i < 3; i++) {
            String question = "q" + i;
            client.request("ask", Headers.NONE, bytes(question), 5_000,
                    reply -> answers.add(question + "=" + text(((Reply.Answer) reply).message())));
        }
        await(() -> requests.size() == 3);
        for (int i = 2; i >= 0; i--) {
            service.publish(requests.get(i).replyTo(), null, Headers.NONE, bytes("a" + text(requests.get(i))));
        }
        await(() -> answers.size() == 3);
        assertThat(answers).containsExactly("q2=aq2", "q1=aq1", "q0=aq0");
    }

    @Test
    void aRequestThatNobodyHearsIsToldSo() {
        List<Reply> replies = new CopyOnWriteArrayList<>();
        open().request("nobody.here", Headers.NONE, bytes("x"), 30_000, replies::add);
        await(() -> !replies.isEmpty());
        assertThat(replies).containsExactly(new Reply.NoResponders());
    }

    @Test
    void aRequestThatNobodyAnswersTimesOut() {
        listen(open(), "silent");
        List<Reply> replies = new CopyOnWriteArrayList<>();
        open().request("silent", Headers.NONE, bytes("x"), 100, replies::add);
        await(() -> !replies.isEmpty());
        assertThat(replies).containsExactly(new Reply.TimedOut());
    }

    @Test
    void aLateAnswerIsIgnored() {
        Transport service = open();
        List<Message> requests = listen(service, "slow");
        Transport client = open();
        List<Reply> replies = new CopyOnWriteArrayList<>();
        client.request("slow", Headers.NONE, bytes("x"), 50, replies::add);
        await(() -> !replies.isEmpty());
        service.publish(requests.get(0).replyTo(), null, Headers.NONE, bytes("late"));
        settle(service);
        settle(client);
        assertThat(replies).containsExactly(new Reply.TimedOut());
    }

    @Test
    void requestsHaveReplySubjectsOfTheirOwn() {
        List<Message> requests = listen(open(), "ask");
        Transport client = open();
        client.request("ask", Headers.NONE, new byte[0], 5_000, reply -> {});
        client.request("ask", Headers.NONE, new byte[0], 5_000, reply -> {});
        await(() -> requests.size() == 2);
        assertThat(requests).extracting(Message::replyTo).doesNotHaveDuplicates()
                .allMatch(r -> r.startsWith("_INBOX."));
    }

    @Test
    void aMessageLargerThanAllowedIsRefusedAndTheNextOneArrives() {
        Transport publisher = open();
        List<Message> seen = listen(open(), "a");
        assertThat(publisher.maxPayload()).isEqualTo(MAX_PAYLOAD);
        assertThatThrownBy(() -> publisher.publish("a", null, Headers.NONE, new byte[MAX_PAYLOAD + 1]))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(
                () -> publisher.publish("a", null, Headers.of("Name", "value"), new byte[MAX_PAYLOAD - 10]))
                .isInstanceOf(IllegalArgumentException.class);
        List<Reply> replies = new CopyOnWriteArrayList<>();
        assertThatThrownBy(
                () -> publisher.request("a", Headers.NONE, new byte[MAX_PAYLOAD + 1], 10, replies::add))
                .isInstanceOf(IllegalArgumentException.class);
        publisher.publish("a", null, Headers.NONE, new byte[MAX_PAYLOAD]);
        await(() -> !seen.isEmpty());
        assertThat(seen).hasSize(1);
        assertThat(seen.get(0).payload()).hasSize(MAX_PAYLOAD);
        assertThat(replies).isEmpty();
    }

    @Test
    void aClosedSubscriptionGetsNothingMore() {
        Transport listener = open();
        List<Message> seen = new CopyOnWriteArrayList<>();
        Subscription subscription = listener.subscribe("a", null, seen::add);
        List<Message> others = listen(listener, "a");
        Transport publisher = open();
        publish(publisher, "a", "1");
        await(() -> seen.size() == 1 && others.size() == 1);
        subscription.close();
        subscription.close();
        publish(publisher, "a", "2");
        await(() -> others.size() == 2);
        assertThat(seen).extracting(TransportContract::text).containsExactly("1");
    }

    @Test
    void aHandlerThatThrowsGetsTheNextMessage() {
        Transport listener = open();
        List<Message> seen = new CopyOnWriteArrayList<>();
        listener.subscribe("a", null, m -> {
            seen.add(m);
            if (text(m).equals("bad")) {
                throw new IllegalStateException("on purpose");
            }
        });
        settle(listener);
        Transport publisher = open();
        publish(publisher, "a", "bad");
        publish(publisher, "a", "good");
        await(() -> seen.size() == 2);
    }

    @Test
    void closingTimesRequestsOutAndEndsDelivery() {
        listen(open(), "silent");
        Transport closing = open();
        List<Message> seen = listen(closing, "a");
        List<Reply> replies = new CopyOnWriteArrayList<>();
        closing.request("silent", Headers.NONE, bytes("x"), 600_000, replies::add);
        settle(closing);
        closing.close();
        closing.close();
        await(() -> !replies.isEmpty());
        assertThat(replies).containsExactly(new Reply.TimedOut());
        Transport other = open();
        List<Message> others = listen(other, "a");
        publish(other, "a", "x");
        await(() -> others.size() == 1);
        assertThat(seen).isEmpty();
        closing.publish("a", null, Headers.NONE, bytes("into the void"));
        closing.request("a", Headers.NONE, bytes("into the void"), 10, replies::add);
        await(() -> replies.size() == 2);
        settle(other);
        assertThat(replies).containsOnly(new Reply.TimedOut());
        assertThat(others).hasSize(1);
        assertThat(closing.connected()).isFalse();
    }

    @Test
    void whatWasPublishedBeforeClosingArrives() {
        List<Message> seen = listen(open(), "a");
        Transport closing = open();
        publish(closing, "a", "last words");
        closing.close();
        await(() -> seen.size() == 1);
    }

    @Test
    void aLostConnectionComesBackWithItsSubscriptions() {
        Transport listener = open();
        Transport publisher = open();
        List<Boolean> events = new CopyOnWriteArrayList<>();
        listener.onConnection(events::add);
        List<Message> seen = listen(listener, "a");
        listener.subscribe("echo", null, m -> listener.publish(m.replyTo(), null, Headers.NONE, m.payload()));
        settle(listener);
        assertThat(listener.connected()).isTrue();
        restartServer();
        await(() -> events.equals(List.of(false, true)));
        await(() -> listener.connected() && publisher.connected());
        settle(listener);
        publish(publisher, "a", "after");
        await(() -> !seen.isEmpty());
        List<Reply> replies = new CopyOnWriteArrayList<>();
        publisher.request("echo", Headers.NONE, bytes("x"), 5_000, replies::add);
        await(() -> !replies.isEmpty());
        assertThat(replies.get(0)).isInstanceOf(Reply.Answer.class);
        assertThat(events).containsExactly(false, true);
    }
}
