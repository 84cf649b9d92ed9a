// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.stream;

import io.natspersist.worker.change.Change;
import io.natspersist.worker.file.StreamFile;
import io.natspersist.worker.file.StreamFiles.Opened;
import io.natspersist.worker.journal.ColdLedger;
import io.natspersist.worker.journal.OwnJournal;
import io.natspersist.worker.journal.Position;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Changes of one stream that were found in the journals of dead owners, and are in this worker's journal now. Which of them
 * the stream's file has already, nobody knows before it is opened.
 */
public final class AdoptedTail {

    static final AdoptedTail NONE = new AdoptedTail();

    /** A change and where this worker's journal holds it. */
    record Entry(Change change, Position position) {}

    private final List<Entry> entries = new ArrayList<>();
    /** What the stream had come to when its owner lost its file; null: nobody has. */
    private final Opened.@Nullable Cold lost;

    public AdoptedTail() {
        this(null);
    }

    /** @param lost what a stream that has lost its file had come to */
    AdoptedTail(Opened.@Nullable Cold lost) {
        this.lost = lost;
    }

    /** Whether the stream's owner has lost its file. */
    boolean isWithoutFile() {
        return lost != null;
    }

    public void add(Change change, Position position) {
        entries.add(new Entry(change, position));
    }

    public void addAll(AdoptedTail other) {
        entries.addAll(other.entries);
    }

    /** Lets the journal let go of these changes, which nobody needs. */
    public void releaseAll(OwnJournal journal) {
        entries.forEach(e -> journal.release(e.position));
        ColdLedger ledger = journal.ledger();
        if (ledger != null) {
            entries.forEach(e -> ledger.covered(e.change.stream(), journal.end()));
        }
    }

    /** Writes the changes into the journal once more, where they keep its oldest segment from going. */
    void copyForward(OwnJournal journal) {
        if (entries.isEmpty() || !journal.isHeldUpBy(entries.getFirst().position)) {
            return;
        }
        List<Entry> old = List.copyOf(entries);
        entries.replaceAll(e -> new Entry(e.change, journal.append(e.change)));
        journal.whenForced(() -> old.forEach(e -> journal.release(e.position)));
    }

    /** The number, and the highest seq, that the stream has come to, as far as is known here. */
    Opened.Cold known() {
        long lastSeq = entries.stream().map(Entry::change)
                .mapToLong(change -> change instanceof Change.Set set ? set.seq() : 0).reduce(0, Math::max);
        Opened.Cold changes = new Opened.Cold(lastChange(), lastSeq);
        return lost == null ? changes : changes.and(lost);
    }

    boolean isEmpty() {
        return entries.isEmpty();
    }

    List<Entry> entries() {
        return entries;
    }

    /** The number that the stream has come to, as far as these changes tell. */
    public long lastChange() {
        return entries.stream().mapToLong(e -> e.change().number()).max().orElse(0);
    }

    /** Whether the stream is there after these changes, which are not none. */
    boolean leavesStream() {
        Comparator<Change> order = Comparator.comparingLong(Change::epoch).thenComparingLong(Change::number);
        return !(entries.stream().map(Entry::change).max(order).orElseThrow() instanceof Change.Destroy);
    }

    /**
     * The changes in their order, where all of them count and follow what the stream was before, of which nothing is in a file. Empty: some
     * are void or lacking, or too many, or of a value whose parts only a file holds.
     */
    List<Entry> following(StreamFile.State before, int most) {
        if (entries.size() > most || after(before, false).size() != entries.size()) {
            return List.of();
        }
        List<Entry> ordered = new ArrayList<>(entries);
        ordered.sort(Comparator.comparingLong(e -> e.change().number()));
        long expected = before.change() + 1;
        for (Entry entry : ordered) {
            if (entry.change().number() != expected++
                    || (entry.change() instanceof Change.Set set && set.large() != null)) {
                return List.of();
            }
        }
        return ordered;
    }

    /**
     * The history that these changes and the file make together, from after the file's last change on. Where epoch e begins
     * at change c, changes from c on of lower epochs are void.
     *
     * @param higherEpochIgnored a planted mistake
     */
    List<Change> after(StreamFile.State file, boolean higherEpochIgnored) {
        long fileEpoch = file.epochs().isEmpty() ? 0 : file.epochs().getLast().epoch();
        Comparator<Change> byEpoch = Comparator.comparingLong(Change::epoch);
        List<Change> newestFirst = new ArrayList<>(entries.stream().map(Entry::change).toList());
        newestFirst.sort((higherEpochIgnored ? byEpoch : byEpoch.reversed())
                .thenComparing(Comparator.comparingLong(Change::number).reversed()));
        List<Change> history = new ArrayList<>();
        long before = Long.MAX_VALUE; // only numbers below this one are still open
        for (Change change : newestFirst) {
            if (change.number() < before && change.number() > file.change() && change.epoch() >= fileEpoch) {
                history.add(change);
                before = change.number();
            }
        }
        return history.reversed();
    }
}
