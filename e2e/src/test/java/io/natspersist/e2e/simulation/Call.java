// SPDX-License-Identifier: Apache-2.0
package io.natspersist.e2e.simulation;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One operation of one client, from its beginning to its answer. Times are virtual milliseconds. */
final class Call {

    final int number;
    final String client;
    final Op op;
    final long began;
    /** The highest change that anybody had been told of when it began: what it does or sees comes after that. */
    final long floor;
    long ended = Long.MAX_VALUE;
    @Nullable
    Outcome outcome;

    Call(int number, String client, Op op, long began, long floor) {
        this.number = number;
        this.client = client;
        this.op = op;
        this.began = began;
        this.floor = floor;
    }

    /** The last change that the answer names; 0: none. */
    long change() {
        if (outcome instanceof Outcome.StoredMany many) {
            return many.items().stream().mapToLong(o -> o instanceof Outcome.Stored s ? s.change() : 0).max().orElse(0);
        }
        return switch (outcome) {
            case Outcome.Stored stored -> stored.change();
            case Outcome.Deleted deleted -> deleted.change();
            case Outcome.Destroyed destroyed -> destroyed.change();
            case Outcome.Configured configured -> configured.change();
            case Outcome.Found found -> found.change();
            case Outcome.Listed listed -> listed.change();
            case Outcome.Keys keys -> keys.change();
            case null, default -> 0;
        };
    }

    /** The same for each set of a request of many, and for any other just this one. */
    List<Call> parts() {
        if (!(op instanceof Op.SetMany many)) {
            return List.of(this);
        }
        List<Call> parts = new ArrayList<>();
        if (outcome instanceof Outcome.Refused) {
            parts.add(this);
        }
        for (int i = 0; i < many.items().size(); i++) {
            Call part = new Call(number, client, many.items().get(i), began, floor);
            part.ended = ended;
            part.outcome = outcome instanceof Outcome.StoredMany all
                    ? all.items().get(i)
                    : outcome instanceof Outcome.Refused ? new Outcome.Failed("refused with the others") : outcome;
            parts.add(part);
        }
        return parts;
    }

    /** Whether it altered the stream, by its answer. */
    boolean changed() {
        return outcome instanceof Outcome.Stored || (outcome instanceof Outcome.Deleted d && d.count() > 0)
                || (outcome instanceof Outcome.Destroyed destroyed && destroyed.existed());
    }

    @Override
    public String toString() {
        return "call " + number + " of " + client + " (" + began + " ms to "
                + (ended == Long.MAX_VALUE ? "never" : ended + " ms") + ", floor " + floor + ") " + op + " -> "
                + outcome;
    }
}
