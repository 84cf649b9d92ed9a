// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.stream;

import io.natspersist.client.Change;
import io.natspersist.client.PersistException;
import io.natspersist.client.Position;
import io.natspersist.client.Reset;
import io.natspersist.client.StreamMessage;
import io.natspersist.client.WatchListener;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;

/**
 * Hands what a watch tells to the thread that prints it. When that one is slow the client's loop waits: it has nothing else
 * to do here, and what it misses meanwhile it asks for later.
 */
final class WatchedLines implements WatchListener {

    private final BlockingQueue<Event> events = new ArrayBlockingQueue<>(4_096);

    /** What the watch told, or why it ended. */
    sealed interface Event {}

    /** @param change whether the line is a change, not what surrounds a snapshot */
    record Told(Line line, boolean change) implements Event {}

    record Ended(PersistException cause) implements Event {}

    /** Waits for the next line. */
    Told take() throws InterruptedException {
        return switch (events.take()) {
            case Told told -> told;
            case Ended ended -> throw ended.cause();
        };
    }

    boolean isEmpty() {
        return events.isEmpty();
    }

    @Override
    public void onChange(Change change) {
        put(new Told(Line.of(change), true));
    }

    @Override
    public void onReset(Reset reset) {
        put(new Told(Line.of(reset), false));
    }

    @Override
    public void onMessage(StreamMessage message) {
        put(new Told(Line.ofSnapshot(message), false));
    }

    @Override
    public void onSnapshotEnd(Position position) {
        put(new Told(Line.ofSnapshotEnd(position), false));
    }

    @Override
    public void onEnd(PersistException cause) {
        put(new Ended(cause));
    }

    private void put(Event event) {
        try {
            events.put(event);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
