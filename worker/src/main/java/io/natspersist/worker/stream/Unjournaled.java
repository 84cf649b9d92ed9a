// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.stream;

import io.natspersist.protocol.StreamName;
import io.natspersist.worker.change.Change;
import io.natspersist.worker.journal.ChangeJournal;
import io.natspersist.worker.journal.Durability;
import io.natspersist.worker.journal.Position;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.List;
import java.util.function.Consumer;

/**
 * The journal of what is not journaled: changes are as durable as they will ever be. What a journal's lock proves of others, that
 * nobody else had taken over when they were decided, is proven of these before they are told.
 */
final class Unjournaled implements ChangeJournal {

    private static final Position NOWHERE = new Position(0, 0, 0);

    private final Consumer<Runnable> whenStillOwner;
    private final ArrayDeque<Told> waiting = new ArrayDeque<>();

    private static final class Told {
        final Runnable then;
        boolean proven;

        Told(Runnable then) {
            this.then = then;
        }
    }

    /** @param whenStillOwner runs what it is given once it is certain that nobody else had taken over when it was called */
    Unjournaled(Consumer<Runnable> whenStillOwner) {
        this.whenStillOwner = whenStillOwner;
    }

    @Override
    public Position append(Change change) {
        return NOWHERE;
    }

    @Override
    public List<Position> append(List<? extends Change> together) {
        return Collections.nCopies(together.size(), NOWHERE);
    }

    @Override
    public void noteApplied(StreamName stream, long change) {
        // Nobody adopts this.
    }

    @Override
    public Position end() {
        return NOWHERE;
    }

    @Override
    public Durability durability() {
        return Durability.RELAXED;
    }

    @Override
    public void whenDurable(Durability asked, Runnable then) {
        Told told = new Told(then);
        waiting.add(told);
        whenStillOwner.accept(() -> {
            told.proven = true;
            for (Told next = waiting.peek(); next != null && next.proven; next = waiting.peek()) {
                waiting.remove();
                next.then.run();
            }
        });
    }

    @Override
    public void whenForced(Runnable then) {
        then.run();
    }

    @Override
    public void release(Position position) {
        // It was never held.
    }

    @Override
    public boolean isHeldUpBy(Position position) {
        return false;
    }

    @Override
    public Change read(Position position) {
        throw new IllegalStateException("nothing was journaled");
    }
}
