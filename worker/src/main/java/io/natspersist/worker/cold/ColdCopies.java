// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.cold;

import io.natspersist.protocol.StreamName;
import io.natspersist.worker.cold.Heads.Found;
import io.natspersist.worker.cold.ObjectStoreException.Kind;
import io.natspersist.worker.file.Tombstone;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Cold copies as objects: packs of compressed chunks, which never change, and for each stream a head that says which copies there are
 * and where each of their chunks lies. Packs are stored first and deleted last, so that a head never names what is not there; and a
 * head is replaced only where it still is the one that was read, so that an owner whose epoch is lower than that of the head can do
 * nothing any more. docs/cold-format.md has the bytes and what they cost.
 */
public final class ColdCopies implements ColdTier {

    private static final Logger LOG = LoggerFactory.getLogger(ColdCopies.class);

    /** Every one but the first follows on somebody else's success. */
    private static final int ATTEMPTS = 4;

    private final PackStore packs;
    private final SlotHeads slots;
    private final Heads heads;
    private final Retention retention;
    private final CopySizes sizes;
    private final RandomGenerator random;
    private final Consumer<ColdStep> after;
    private final Set<ColdMistake> mistakes;
    private final Doubts doubts = new Doubts();

    /** @param random for names that nobody else gives: must differ from process to process, and bear several threads */
    public ColdCopies(ObjectStore store, long retainMillis, RandomGenerator random) {
        this(store, retainMillis, CopySizes.DEFAULT, random, _ -> {}, Set.of());
    }

    /** @param after is told of each step, on the thread that did it */
    public ColdCopies(ObjectStore store, long retainMillis, CopySizes sizes, RandomGenerator random,
            Consumer<ColdStep> after) {
        this(store, retainMillis, sizes, random, after, Set.of());
    }

    /** @param mistakes planted by tests of the tests, empty otherwise */
    public ColdCopies(ObjectStore store, long retainMillis, CopySizes sizes, RandomGenerator random,
            Consumer<ColdStep> after, Set<ColdMistake> mistakes) {
        this.mistakes = Set.copyOf(mistakes);
        packs = new PackStore(store);
        slots = new SlotHeads(store);
        heads = new Heads(store, packs);
        retention = new Retention(retainMillis);
        this.sizes = sizes;
        this.random = random;
        this.after = after;
    }

    @Override
    public Copy archive(StreamName stream, int slot, long epoch, Snapshot snapshot) {
        ColdKeys keys = ColdKeys.of(stream, slot);
        for (int attempt = 1; attempt <= ATTEMPTS; attempt++) {
            Found before = heads.read(stream, keys);
            after.accept(ColdStep.HEAD_READ);
            fence(before.head(), epoch);
            Optional<Copy> there = alreadyThere(before, epoch, snapshot.state().change());
            if (there.isPresent()) {
                tidy(before, before.head(), keys, List.of());
                return there.get();
            }
            Optional<Copy> stored = store(before, keys, epoch, snapshot);
            if (stored.isPresent()) {
                return stored.get();
            }
        }
        throw othersAreFaster(keys);
    }

    private void fence(Head head, long epoch) {
        if (head.epoch() > epoch && !mistakes.contains(ColdMistake.FENCE_IGNORED)) {
            throw new Fenced("the copies of " + head.stream() + " are those of epoch " + head.epoch()
                    + ", which is higher than " + epoch);
        }
    }

    /** A copy by this owner that is as new as the snapshot, or newer. */
    private Optional<Copy> alreadyThere(Found found, long epoch, long change) {
        Set<PackName> damaged = doubts.damaged(found.head().stream());
        return found.head().newest()
                .filter(newest -> !found.isRemade() && newest.copy().epoch() == epoch
                        && newest.copy().change() >= change
                        && newest.packs().stream().noneMatch(pack -> damaged.contains(pack.name())))
                .map(Version::copy);
    }

    /** Empty: another head was there when this one's packs were. */
    private Optional<Copy> store(Found before, ColdKeys keys, long epoch, Snapshot snapshot) {
        StreamName stream = before.head().stream();
        long token = random.nextLong();
        Archiving archiving = new Archiving(packs, stream, keys, epoch, token, before.head().lastPack(), snapshot,
                sizes,
                after);
        boolean done = false;
        try {
            Version version = archiving.store(before.head().newest(), doubts.damaged(stream));
            Head head = before.head().next(epoch, token, version, archiving.lastPack(), retention);
            boolean replaced = heads.replace(before, head, keys)
                    || (mistakes.contains(ColdMistake.HEAD_OVERWRITTEN)
                            && heads.replace(heads.read(stream, keys), head, keys));
            if (!replaced) {
                // No head will ever name these: the one that would have was refused for good.
                packs.delete(archiving.uploaded());
                done = true;
                return Optional.empty();
            }
            done = true;
            after.accept(ColdStep.HEAD_STORED);
            doubts.sound(stream);
            tidy(before, head, keys, archiving.left());
            return Optional.of(version.copy());
        } finally {
            if (!done) {
                doubts.untidy(stream);
            }
        }
    }

    /** Deletes packs that the head does not name any more. What fails here is done after the next archive. */
    private void tidy(Found before, Head head, ColdKeys keys, Collection<Pack> left) {
        StreamName stream = head.stream();
        try {
            boolean isOthers = before.head().epoch() != 0 && before.head().epoch() != head.epoch();
            if (before.isRemade() || isOthers || !left.isEmpty() || doubts.isUntidy(stream)) {
                sweep(head, keys);
            } else {
                Set<Pack> garbage = new HashSet<>(before.head().packs());
                garbage.removeAll(head.packs());
                if (!garbage.isEmpty()) {
                    packs.delete(keys, garbage.stream().map(Pack::name).toList());
                    after.accept(ColdStep.PACKS_DELETED);
                }
            }
            doubts.tidy(stream);
        } catch (ObjectStoreException e) {
            doubts.untidy(stream);
            LOG.warn("{}: packs that no copy needs are still there: {}", keys.prefix(), e.getMessage());
        }
    }

    /**
     * After a head of this epoch was stored no head of a lower one ever is, and an owner does one thing at a time: what the head does
     * not name, up to this epoch, nothing ever will.
     */
    private void sweep(Head head, ColdKeys keys) {
        Set<PackName> named = new HashSet<>();
        head.packs().forEach(pack -> named.add(pack.name()));
        if (packs.sweep(keys, name -> name.epoch() <= head.epoch() && !named.contains(name))) {
            after.accept(ColdStep.PACKS_DELETED);
        }
    }

    @Override
    public Optional<Copy> newest(StreamName stream, int slot) {
        return heads.read(stream, ColdKeys.of(stream, slot)).head().newest().map(Version::copy);
    }

    @Override
    public List<Copy> versions(StreamName stream, int slot) {
        return heads.find(stream, ColdKeys.of(stream, slot)).versions().stream().map(Version::copy).toList();
    }

    @Override
    public void restore(StreamName stream, int slot, Copy copy, Target target) {
        ColdKeys keys = ColdKeys.of(stream, slot);
        Version version = heads.find(stream, keys).versions().reversed().stream()
                .filter(each -> each.copy().equals(copy))
                .findFirst().orElseThrow(() -> new ObjectStoreException(Kind.DAMAGED, keys.head() + ": " + copy
                        + " is not kept, or is damaged", null));
        after.accept(ColdStep.HEAD_READ);
        new Restoring(packs, keys, version, sizes, pack -> doubts.damaged(stream, pack)).write(target, after);
    }

    @Override
    public void delete(StreamName stream, int slot, long epoch) {
        ColdKeys keys = ColdKeys.of(stream, slot);
        for (int attempt = 1; attempt <= ATTEMPTS; attempt++) {
            Found before = heads.read(stream, keys);
            after.accept(ColdStep.HEAD_READ);
            if (before.head().epoch() > epoch) {
                return;
            }
            Head head = before.head().deleted(epoch, random.nextLong());
            if (heads.replace(before, head, keys)) {
                after.accept(ColdStep.HEAD_STORED);
                sweep(head, keys);
                doubts.forget(stream);
                return;
            }
        }
        throw othersAreFaster(keys);
    }

    @Override
    public void bury(StreamName stream, int slot, long epoch, Tombstone tombstone) {
        ColdKeys keys = ColdKeys.of(stream, slot);
        for (int attempt = 1; attempt <= ATTEMPTS; attempt++) {
            Found before = heads.read(stream, keys);
            after.accept(ColdStep.HEAD_READ);
            fence(before.head(), epoch);
            boolean isThere = tombstone.equals(before.head().buried());
            Head head = isThere ? before.head() : before.head().buried(epoch, random.nextLong(), tombstone);
            if (isThere || heads.replace(before, head, keys)) {
                after.accept(ColdStep.HEAD_STORED);
                sweep(head, keys);
                doubts.forget(stream);
                return;
            }
        }
        throw othersAreFaster(keys);
    }

    @Override
    public Optional<Tombstone> buried(StreamName stream, int slot) {
        return Optional.ofNullable(heads.read(stream, ColdKeys.of(stream, slot)).head().buried());
    }

    @Override
    public void list(int slot, Consumer<List<Listed>> tell) {
        slots.list(slot, tell);
    }

    private static ObjectStoreException othersAreFaster(ColdKeys keys) {
        return new ObjectStoreException(Kind.UNAVAILABLE, keys.head() + " was replaced by others again and again",
                null);
    }
}
