// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.stream;

import io.natspersist.protocol.ErrorCode;
import io.natspersist.protocol.StreamName;
import io.natspersist.worker.change.Change;
import io.natspersist.worker.cold.ColdTier;
import io.natspersist.worker.cold.ColdTier.Copy;
import io.natspersist.worker.cold.ObjectStoreException;
import io.natspersist.worker.file.Archived;
import io.natspersist.worker.file.Incoming;
import io.natspersist.worker.file.StreamFile.State;
import io.natspersist.worker.file.StreamFileException;
import io.natspersist.worker.file.StreamFiles.Opened;
import io.natspersist.worker.file.StreamVolume;
import io.natspersist.worker.file.Tombstone;
import io.natspersist.worker.stream.Result.Refused;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Brings a stream's file back from its newest copy, or from an older one where that is damaged. Runs off the loop. */
final class Restoring {

    private static final Logger LOG = LoggerFactory.getLogger(Restoring.class);
    /** How long after a failure it makes sense to ask again. */
    static final long RETRY_MILLIS = 2_000;

    private final ColdTier copies;
    private final StreamVolume volume;
    private final StreamName stream;
    private final int slot;
    private final long epoch;
    private final AdoptedTail adopted;
    private final boolean takesOlder;
    private final boolean alone;

    /** What it came to. */
    sealed interface Outcome {

        /**
         * @param lost how many changes that somebody may have seen are in no copy
         * @param copy what the copy holds
         */
        record Back(long bytes, long lost, Archived copy) implements Outcome {}

        /** @param buried what is kept of it where it was destroyed, and nobody but the tier keeps that; null: nothing */
        record NoCopy(@Nullable Tombstone buried) implements Outcome {}

        record Failed(Refused why) implements Outcome {}
    }

    /**
     * @param alone whether nobody but the tier knows what there is, nor keeps what was destroyed
     * @param takesOlder a planted mistake
     */
    Restoring(ColdTier copies, StreamVolume volume, StreamName stream, int slot, long epoch, AdoptedTail adopted,
            boolean alone, boolean takesOlder) {
        this.alone = alone;
        this.takesOlder = takesOlder;
        this.copies = copies;
        this.volume = volume;
        this.stream = stream;
        this.slot = slot;
        this.epoch = epoch;
        this.adopted = adopted;
    }

    /** @param reached what the stream had come to, as far as anybody knows */
    Outcome run(Opened.Cold reached) {
        try {
            return run(reached, candidates());
        } catch (ObjectStoreException e) {
            return new Outcome.Failed(
                    new Refused(ErrorCode.COLD_UNAVAILABLE, String.valueOf(e.getMessage()), RETRY_MILLIS));
        } catch (StreamFileException e) {
            return new Outcome.Failed(Stream.refusal(e));
        }
    }

    /** The newest first. */
    private List<Copy> candidates() {
        if (takesOlder) {
            return copies.versions(stream, slot).stream().limit(1).toList();
        }
        Optional<Copy> newest = copies.newest(stream, slot);
        return newest.map(List::of).orElse(List.of());
    }

    private Outcome run(Opened.Cold reached, List<Copy> newest) {
        List<Copy> candidates = new ArrayList<>(newest);
        Opened.Cold known = alone && !newest.isEmpty()
                ? reached.and(new Opened.Cold(newest.getFirst().change(), 0))
                : reached;
        RuntimeException damage = null;
        for (int i = 0; i < candidates.size(); i++) {
            Copy copy = candidates.get(i);
            try {
                return restore(copy, known);
            } catch (RuntimeException e) {
                if (!isDamage(e)) {
                    throw e;
                }
                damage = e;
                LOG.atError().addKeyValue("stream", stream).addKeyValue("slot", slot)
                        .addKeyValue("change", copy.change())
                        .log("the cold copy of {} with its change {} is damaged: {}", stream, copy.change(),
                                e.getMessage());
            }
            if (i == 0) {
                copies.versions(stream, slot).reversed().stream().filter(older -> !older.equals(copy))
                        .forEach(candidates::add);
            }
        }
        return damage == null
                ? new Outcome.NoCopy(alone ? copies.buried(stream, slot).orElse(null) : null)
                : new Outcome.Failed(new Refused(ErrorCode.STREAM_CORRUPT, String.valueOf(damage.getMessage())));
    }

    private static boolean isDamage(RuntimeException e) {
        return switch (e) {
            case ObjectStoreException store -> store.kind() == ObjectStoreException.Kind.DAMAGED;
            case StreamFileException file -> file.kind() == StreamFileException.Kind.CORRUPT;
            default -> false;
        };
    }

    private Outcome restore(Copy copy, Opened.Cold reached) {
        try (Incoming file = volume.restore(stream, slot, epoch)) {
            copies.restore(stream, slot, copy, file);
            State state = file.written();
            if (state.change() != copy.change()) {
                throw new StreamFileException(StreamFileException.Kind.CORRUPT, stream, "its copy holds change "
                        + state.change() + " and not " + copy.change(), null);
            }
            long lost = takesOlder ? 0 : lost(file, state, reached);
            if (lost > 0) {
                file.skipTo(state.change() + lost + 1, reached.lastSeq(), epoch);
            }
            file.keep();
            return new Outcome.Back(copy.bytes(), lost, Archived.of(stream, state));
        }
    }

    /** How many changes, up to the last that is known of, neither the copy has nor the journals of dead owners. */
    private long lost(Incoming file, State state, Opened.Cold reached) {
        long held = state.change();
        long last = Math.max(reached.change(), held);
        for (Change change : adopted.after(state, false)) {
            held += change.number() == held + 1 && !lacksParts(file, change) ? 1 : 0;
        }
        return last - (held == last ? last : state.change());
    }

    /** Parts are in no journal. */
    private static boolean lacksParts(Incoming file, Change change) {
        return change instanceof Change.Set set && set.large() != null && !file.has(set.large());
    }
}
