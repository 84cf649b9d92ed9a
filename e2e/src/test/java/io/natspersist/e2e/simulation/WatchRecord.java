// SPDX-License-Identifier: Apache-2.0
package io.natspersist.e2e.simulation;

import io.natspersist.client.Change;
import io.natspersist.client.PersistException;
import io.natspersist.client.Position;
import io.natspersist.client.Reset;
import io.natspersist.client.StreamMessage;
import io.natspersist.client.WatchListener;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What one watcher was told, and whether that was in order. It outlives the watcher's process: who starts again goes on from
 * {@link #position()} with the contents that it had.
 */
final class WatchRecord implements WatchListener {

    private enum Phase {
        CHANGES, SNAPSHOT
    }

    final String name;
    private final StreamModel contents = new StreamModel();
    private final List<Told> everTold = new ArrayList<>();
    private final List<Told> toldSinceReset = new ArrayList<>();
    private final Consumer<String> problems;
    private final Consumer<Long> known;
    private Consumer<String> trace = line -> {};
    private Phase phase = Phase.CHANGES;
    private Position position = Position.START;
    private int resets;
    private long lost;

    /**
     * @param problems is told of each broken promise
     * @param known is told of each change number that the watcher learns
     */
    WatchRecord(String name, Consumer<String> problems, Consumer<Long> known) {
        this.name = name;
        this.problems = problems;
        this.known = known;
    }

    /** From now on each thing that it is told goes there too. */
    WatchRecord traceTo(Consumer<String> lines) {
        trace = lines;
        return this;
    }

    @Override
    public void onChange(Change change) {
        long number = change.position().change();
        trace.accept("epoch " + change.position().epoch() + ", " + told(change));
        if (phase != Phase.CHANGES) {
            problem("was told change " + number + " before the snapshot ended");
        }
        if (number != position.change() + 1) {
            problem("was told change " + number + " after " + position.change());
        }
        Told told = told(change);
        contents.apply(told);
        everTold.add(told);
        toldSinceReset.add(told);
        position = change.position();
        known.accept(number);
    }

    @Override
    public void onReset(Reset reset) {
        trace.accept(reset.toString());
        phase = Phase.SNAPSHOT;
        resets++;
        lost += reset.lostChanges();
        contents.reset(0);
        toldSinceReset.clear();
    }

    @Override
    public void onMessage(StreamMessage message) {
        if (phase != Phase.SNAPSHOT) {
            problem("was told message " + message.seq() + " outside a snapshot");
        }
        contents.put(item(message));
    }

    @Override
    public void onSnapshotEnd(Position at) {
        if (phase != Phase.SNAPSHOT) {
            problem("was told the end of a snapshot that did not begin");
        }
        trace.accept("snapshot ends at " + at);
        phase = Phase.CHANGES;
        position = at;
        known.accept(at.change());
    }

    @Override
    public void onEnd(PersistException cause) {
        problem("was ended by " + cause);
    }

    private void problem(String what) {
        problems.accept("watcher " + name + " " + what);
    }

    Position position() {
        return position;
    }

    /** The process that watched is gone. Whether it had all of a snapshot, and so can go on from where it was. */
    boolean canGoOn() {
        return phase == Phase.CHANGES;
    }

    /** Whether it has seen all, and what it has is what the stream holds. */
    boolean isAt(FinalView end, Losses.OfStream losses) {
        boolean ended = losses.beginsAnew() && end.items().isEmpty(); // and its number went on untold
        return canGoOn() && (ended || position.change() == end.change()) && contents.items().equals(end.items());
    }

    StreamModel contents() {
        return contents;
    }

    List<Told> everTold() {
        return everTold;
    }

    List<Told> toldSinceReset() {
        return toldSinceReset;
    }

    int resets() {
        return resets;
    }

    /** How many changes it was told are lost. */
    long lost() {
        return lost;
    }

    static Told told(Change change) {
        long number = change.position().change();
        return switch (change) {
            case Change.Set set -> {
                Item item = item(set.message());
                yield new Told.Set(number, item.seq(), item.key(), item.value());
            }
            case Change.Delete delete -> new Told.Delete(number, delete.seqs(), delete.cause());
            case Change.DeleteAll all -> new Told.DeleteAll(number, all.endSeq(), all.cause());
            case Change.Config config -> new Told.Config(number, config.config());
            case Change.Destroy destroy -> new Told.Destroy(number, destroy.lastSeq());
        };
    }

    static Item item(StreamMessage message) {
        return new Item(message.seq(), message.key(), LargeText.of(message));
    }

    static @Nullable String text(byte @Nullable [] value) {
        return value == null ? null : new String(value, StandardCharsets.UTF_8);
    }
}
