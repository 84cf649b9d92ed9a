// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker;

import io.natspersist.loop.EventLoop;
import io.natspersist.protocol.StreamName;
import io.natspersist.protocol.table.Incarnation;
import io.natspersist.worker.change.Change;
import io.natspersist.worker.journal.CorruptJournal;
import io.natspersist.worker.journal.Durability;
import io.natspersist.worker.journal.EntryVisitor;
import io.natspersist.worker.journal.OwnJournal;
import io.natspersist.worker.journal.Sealing;
import io.natspersist.worker.journal.SharedJournals;
import io.natspersist.worker.stream.AdoptedTail;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes over the journals of dead incarnations: seals each, reads it once for all slots that want it, and writes the
 * changes of these slots, epochs kept, into this worker's own journal. Touches no stream's file. Confined to the worker's
 * loop; what blocks runs on {@code probes}.
 */
final class Adoption {

    private static final Logger LOG = LoggerFactory.getLogger(Adoption.class);
    private static final long POLL_MILLIS = 100;
    private static final long AFTER_FAILURE_MILLIS = 1_000;

    private final SharedJournals journals;
    private final EventLoop loop;
    private final Executor probes;
    private final OwnJournal journal;
    private final boolean skip;

    private final Map<Incarnation, Map<Integer, Consumer<Map<StreamName, AdoptedTail>>>> wanted = new TreeMap<>();
    private final Map<Incarnation, String> problems = new HashMap<>();

    /** One journal, and who wants its changes, by slot. */
    private record Job(Incarnation dead, int slots, Map<Integer, Consumer<Map<StreamName, AdoptedTail>>> takers) {}

    /**
     * @param skip a planted mistake: every other slot is said to be adopted and is not
     */
    Adoption(SharedJournals journals, EventLoop loop, Executor probes, OwnJournal journal, boolean skip) {
        this.journals = journals;
        this.loop = loop;
        this.probes = probes;
        this.journal = journal;
        this.skip = skip;
    }

    /**
     * Asks for a dead incarnation's changes of one slot. {@code done} gets them, by stream, once they are in this worker's
     * journal, where its own successors find them. Nothing happens before {@link #begin}.
     */
    void want(Incarnation dead, int slot, Consumer<Map<StreamName, AdoptedTail>> done) {
        wanted.computeIfAbsent(dead, d -> new TreeMap<>()).put(slot, done);
    }

    /** Starts on all that is wanted. */
    void begin(int slots) {
        List<Job> jobs = wanted.entrySet().stream().map(e -> new Job(e.getKey(), slots, e.getValue())).toList();
        wanted.clear();
        jobs.forEach(this::seal);
    }

    /** What stands in the way of these journals' adoption, for people; empty if nothing does. */
    String problem(Collection<Incarnation> journals) {
        return journals.stream().filter(problems::containsKey).findFirst().map(j -> ": " + problems.get(j)).orElse("");
    }

    /** Changes that are not needed after all. */
    void drop(AdoptedTail tail) {
        tail.releaseAll(journal);
    }

    private void seal(Job job) {
        probes.execute(() -> {
            try {
                switch (journals.seal(job.dead, true)) {
                    case Sealing.Result.Sealed sealed -> {
                        List<Change> changes = read(job);
                        loop.execute(() -> adopt(job, changes));
                    }
                    case Sealing.Result.StillLocked locked ->
                        loop.execute(() -> again(job, "its owner still holds the journal's lock", POLL_MILLIS));
                    case Sealing.Result.Gone gone -> loop.execute(() -> adopt(job, List.of()));
                }
            } catch (CorruptJournal e) {
                LOG.error("journal {} cannot be adopted, its slots are not served: {}", job.dead, e.getMessage());
                loop.execute(() -> again(job, "damaged " + e.getMessage(), 5 * AFTER_FAILURE_MILLIS));
            } catch (IOException e) {
                LOG.warn("journal {} cannot be adopted just now: {}", job.dead, e.toString());
                loop.execute(() -> again(job, e.toString(), AFTER_FAILURE_MILLIS));
            }
        });
    }

    private void again(Job job, String why, long waitMillis) {
        problems.put(job.dead, why);
        loop.after(waitMillis, () -> seal(job));
    }

    /** The changes that the takers' slots need, in the journal's order. Off the loop. */
    private List<Change> read(Job job) throws IOException {
        List<Change> changes = new ArrayList<>();
        Map<StreamName, Long> inFiles = new HashMap<>();
        journals.read(job.dead, new EntryVisitor() {
            @Override
            public void change(Change change) {
                int slot = change.stream().slot(job.slots);
                if (job.takers.containsKey(slot) && !(skip && slot % 2 == 0)) {
                    changes.add(change);
                }
            }

            @Override
            public void applied(StreamName stream, long upTo) {
                inFiles.merge(stream, upTo, Math::max);
            }
        });
        changes.removeIf(c -> c.number() <= inFiles.getOrDefault(c.stream(), 0L));
        return changes;
    }

    private void adopt(Job job, List<Change> changes) {
        Map<Integer, Map<StreamName, AdoptedTail>> bySlot = new HashMap<>();
        for (Change change : changes) {
            bySlot.computeIfAbsent(change.stream().slot(job.slots), s -> new HashMap<>())
                    .computeIfAbsent(change.stream(), s -> new AdoptedTail())
                    .add(change, journal.append(change));
        }
        journal.whenDurable(Durability.SHIPPED, () -> {
            problems.remove(job.dead);
            LOG.atInfo().addKeyValue("journal", job.dead).addKeyValue("changes", changes.size())
                    .addKeyValue("slots", job.takers.size()).log("adopted {} changes for {} slots from journal {}",
                            changes.size(), job.takers.size(), job.dead);
            job.takers.forEach((slot, done) -> done.accept(bySlot.getOrDefault(slot, Map.of())));
        });
    }
}
