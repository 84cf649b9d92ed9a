// SPDX-License-Identifier: Apache-2.0
package io.natspersist.transport;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Core publish/subscribe with request/reply, as NATS has it: at most once, in order per publisher and subscription, no
 * memory of what nobody listened to. Handlers are called one at a time per subscription, on a thread of the transport's
 * own (or the simulation's), and must not block.
 */
public interface Transport extends AutoCloseable {

    /**
     * Delivers messages whose subject matches ({@code *} one token, a trailing {@code >} the rest).
     *
     * @param queue members of one queue group share the messages; null: every subscription gets each
     */
    Subscription subscribe(String subject, @Nullable String queue, Consumer<Message> handler);

    /**
     * Sends without waiting. While disconnected the message may be kept for the reconnect or dropped.
     *
     * @param replyTo where an answer should go, if anywhere
     * @throws IllegalArgumentException when the message is larger than {@link #maxPayload()}
     */
    void publish(String subject, @Nullable String replyTo, Headers headers, byte[] payload);

    /** Sends and calls {@code handler} exactly once: with the first answer, or with the reason why there is none. */
    void request(String subject, Headers headers, byte[] payload, long timeoutMillis, Consumer<Reply> handler);

    /** The most bytes of headers and payload together that one message may have; from the server. */
    long maxPayload();

    /** Whether the server can be reached, as far as is known now. */
    boolean connected();

    /** Calls {@code listener} with true after each (re)connect and with false after each disconnect, from then on. */
    void onConnection(Consumer<Boolean> listener);

    @Override
    void close();

    /** Interest in a subject, until closed. */
    interface Subscription extends AutoCloseable {
        @Override
        void close();
    }

    /** What became of a request. */
    sealed interface Reply {
        /** The first answer; it may be an error answer of the service. */
        record Answer(Message message) implements Reply {}

        /** Nobody listens on the subject: the request reached no one. */
        record NoResponders() implements Reply {}

        /** No answer came in time: the request may have been carried out or not. */
        record TimedOut() implements Reply {}
    }
}
