// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.replay;

import io.natspersist.client.Change;
import io.natspersist.client.PersistException;
import io.natspersist.client.Reset;
import io.natspersist.client.StreamMessage;
import io.natspersist.client.WatchListener;
import java.util.concurrent.CompletableFuture;

/**
 * Rebuilds a text from the changes of a stream, and sees to it that each comes once and in order: message n must be the
 * stream's seq n.
 */
public final class TextWatcher implements WatchListener {

    private final String start;
    private final long expected;
    private final CompletableFuture<String> finished = new CompletableFuture<>();

    private CodePointText text; // on the client's loop, as all below
    private volatile long applied;

    /** @param expected how many messages make the whole text */
    public TextWatcher(String start, long expected) {
        this.start = start;
        this.expected = expected;
        this.text = new CodePointText(start);
        if (expected == 0) {
            finished.complete(start);
        }
    }

    /** The text, once all messages have been applied; fails when one was missing, came twice or out of order. */
    public CompletableFuture<String> finished() {
        return finished;
    }

    /** How many messages have been applied. From any thread. */
    public long applied() {
        return applied;
    }

    /** The text as it is now. Where the watcher is called: on the client's loop. */
    public String text() {
        return text.toString();
    }

    @Override
    public void onChange(Change change) {
        if (change instanceof Change.Set set) {
            apply(set.message());
        } else {
            finished.completeExceptionally(new IllegalStateException("nobody deletes here, yet there was " + change));
        }
    }

    @Override
    public void onReset(Reset reset) {
        text = new CodePointText(start);
        applied = 0;
    }

    @Override
    public void onMessage(StreamMessage message) {
        apply(message);
    }

    @Override
    public void onEnd(PersistException cause) {
        finished.completeExceptionally(cause);
    }

    private void apply(StreamMessage message) {
        if (message.seq() != applied + 1) {
            finished.completeExceptionally(
                    new IllegalStateException("after message " + applied + " came message " + message.seq()));
            return;
        }
        byte[] value = message.value();
        PatchCodec.read(value == null ? new byte[0] : value).forEach(text::apply);
        applied = message.seq();
        if (applied == expected) {
            finished.complete(text.toString());
        }
    }
}
