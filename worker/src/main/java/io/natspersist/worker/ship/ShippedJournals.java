// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.ship;

import io.natspersist.protocol.table.Incarnation;
import io.natspersist.protocol.table.Numbers;
import io.natspersist.worker.cold.ObjectStore;
import io.natspersist.worker.cold.ObjectStore.Condition;
import io.natspersist.worker.cold.ObjectStore.Found;
import io.natspersist.worker.cold.ObjectStoreException;
import io.natspersist.worker.cold.ObjectStoreException.Kind;
import io.natspersist.worker.journal.CorruptJournal;
import io.natspersist.worker.journal.EntryVisitor;
import io.natspersist.worker.journal.GroupsReader;
import io.natspersist.worker.journal.NotSealed;
import io.natspersist.worker.journal.Sealing;
import io.natspersist.worker.journal.SharedJournals;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Journals that their owners shipped to the bucket.
 *
 * <p>An owner stores its objects one after the other, each under a number that nothing has. Who has stored a seal under the next number
 * has therefore ended the journal: whatever its owner acknowledges as shipped lies before it. The seal stays when the journal is
 * deleted, so that an upload of the owner's that comes late never finds its number free.
 */
public final class ShippedJournals implements SharedJournals {

    /** An owner that is out of touch with its coordinator stores an object every second; one that has not for so long does not live. */
    private static final long SIGN_OF_LIFE_NANOS = 5_000_000_000L;
    /** How many objects of a journal are fetched before they are needed; each has some 8 MiB at most, unpacked. */
    public static final int READ_AHEAD = 8;

    private static final int KEYS_PER_DELETE = 1_000;
    private static final int ATTEMPTS = 10;

    private final ObjectStore store;
    private final Executor readers;
    private final RandomGenerator random;
    private final LongSupplier nanos;
    private final HighestObject highest;
    private final Map<Incarnation, Seen> seen = new ConcurrentHashMap<>();

    /** Since when the journal has ended with that object. */
    private record Seen(long last, long sinceNanos) {}

    /**
     * @param readers where objects are fetched; nothing else may wait there for what runs there
     * @param nanos a clock that only goes forward
     */
    public ShippedJournals(ObjectStore store, Executor readers, RandomGenerator random, LongSupplier nanos) {
        this.store = store;
        this.readers = readers;
        this.random = random;
        this.nanos = nanos;
        this.highest = new HighestObject(store);
    }

    @Override
    public Sealing.Result seal(Incarnation dead, boolean takeOver) throws IOException {
        return asking(() -> {
            for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
                List<Found> objects = objects(store, dead);
                if (isSealed(objects)) {
                    seen.remove(dead);
                    return new Sealing.Result.Sealed();
                }
                long last = objects.isEmpty() ? 0 : Keys.number(objects.getLast().key());
                if (!takeOver && mayLive(dead, last)) {
                    return new Sealing.Result.StillLocked();
                }
                putSeal(dead, last + 1);
            }
            return new Sealing.Result.StillLocked();
        });
    }

    /** Where the number is taken, the next listing shows by what. */
    private void putSeal(Incarnation dead, long number) {
        try {
            store.put(Keys.of(dead, number), ByteBuffer.wrap(ShippedObject.seal(dead, number, random.nextLong())),
                    new Condition.Absent());
        } catch (ObjectStoreException e) {
            if (e.kind() != Kind.CONFLICT) {
                throw e;
            }
        }
    }

    private boolean mayLive(Incarnation journal, long last) {
        Seen before = seen.get(journal);
        if (before == null || before.last != last) {
            seen.put(journal, new Seen(last, nanos.getAsLong()));
            return true;
        }
        return nanos.getAsLong() - before.sinceNanos < SIGN_OF_LIFE_NANOS;
    }

    @Override
    public void read(Incarnation journal, EntryVisitor visitor) throws IOException {
        asking(() -> {
            List<Found> objects = objects(store, journal);
            if (!isSealed(objects)) {
                readUnsealed(journal, objects, visitor);
                throw new NotSealed(journal);
            }
            long seal = Keys.number(objects.getLast().key());
            if (seal == 1) {
                // Nobody is given a slot before its first object is stored.
                throw new IOException("journal " + journal
                        + " was never shipped: has its worker no disk of its own, or another bucket?");
            }
            read(journal, objects.subList(0, objects.size() - 1), seal, visitor);
            return true;
        });
    }

    /** As far as that goes: its owner may delete and store meanwhile. */
    private void readUnsealed(Incarnation journal, List<Found> objects, EntryVisitor visitor) throws IOException {
        try {
            read(journal, objects, objects.isEmpty() ? 1 : Keys.number(objects.getLast().key()) + 1, visitor);
        } catch (CorruptJournal changedMeanwhile) {
            // whoever adopts it says so, if it is
        }
    }

    /** @param seal the number that ends the journal */
    private void read(Incarnation journal, List<Found> objects, long seal, EntryVisitor visitor) throws IOException {
        if (objects.isEmpty()) {
            return;
        }
        long last = Keys.number(objects.getLast().key());
        if (last != seal - 1) {
            throw new CorruptJournal(Keys.of(journal, last + 1), "it is missing, and object " + seal + " is the seal");
        }
        long first = header(store, journal, last).floor();
        GroupsReader groups = null;
        ArrayDeque<CompletableFuture<byte[]>> ahead = new ArrayDeque<>();
        long next = first;
        for (long number = first; number <= last; number++) {
            while (next <= last && ahead.size() < READ_AHEAD) {
                ahead.add(fetch(journal, next++));
            }
            byte[] object = fetched(ahead.remove());
            try {
                ObjectHeader header = ShippedObject.header(object, journal, number);
                if (groups == null) {
                    groups = new GroupsReader(journal, header.groupBefore(), visitor);
                }
                ShippedObject.read(object, header, groups);
            } catch (DamagedObject e) {
                throw new CorruptJournal(Keys.of(journal, number), String.valueOf(e.getMessage()));
            }
        }
    }

    static ObjectHeader header(ObjectStore store, Incarnation journal, long number) throws IOException {
        byte[] start = store.get(Keys.of(journal, number), 0, ObjectHeader.BYTES)
                .orElseThrow(() -> missing(journal, number));
        try {
            return ShippedObject.header(start, journal, number);
        } catch (DamagedObject e) {
            throw new CorruptJournal(Keys.of(journal, number), String.valueOf(e.getMessage()));
        }
    }

    private CompletableFuture<byte[]> fetch(Incarnation journal, long number) {
        CompletableFuture<byte[]> object = new CompletableFuture<>();
        readers.execute(() -> {
            try {
                object.complete(object(journal, number));
            } catch (IOException | RuntimeException e) {
                object.completeExceptionally(e);
            }
        });
        return object;
    }

    private static byte[] fetched(CompletableFuture<byte[]> object) throws IOException {
        try {
            return object.join();
        } catch (CompletionException e) {
            switch (e.getCause()) {
                case IOException io -> throw io;
                case RuntimeException other -> throw other;
                case null, default -> throw e;
            }
        }
    }

    private byte[] object(Incarnation journal, long number) throws IOException {
        try {
            return store.get(Keys.of(journal, number), Integer.MAX_VALUE - 8).map(ObjectStore.Stored::bytes)
                    .orElseThrow(() -> missing(journal, number));
        } catch (ObjectStoreException e) {
            if (e.kind() == Kind.DAMAGED) {
                throw new CorruptJournal(Keys.of(journal, number), String.valueOf(e.getMessage()));
            }
            throw e;
        }
    }

    private static CorruptJournal missing(Incarnation journal, long number) {
        return new CorruptJournal(Keys.of(journal, number), "it is missing, and is needed");
    }

    /** Those of which more is left than a seal. */
    @Override
    public List<Incarnation> list() throws IOException {
        return asking(() -> {
            List<Incarnation> journals = new ArrayList<>();
            String after = null;
            for (List<Found> page = store.list(Keys.JOURNALS, after); !page.isEmpty(); page = store
                    .list(Keys.JOURNALS, after)) {
                for (Found each : page) {
                    Keys.journal(each.key()).filter(journal -> each.bytes() != ObjectHeader.BYTES)
                            .filter(journal -> journals.isEmpty() || !journals.getLast().equals(journal))
                            .ifPresent(journals::add);
                }
                String last = page.getLast().key();
                after = Keys.journal(last).map(Keys::behind).orElse(last);
            }
            return journals;
        });
    }

    @Override
    public boolean isFenced(Incarnation journal) throws IOException {
        return asking(() -> isSealed(objects(store, journal)));
    }

    @Override
    public void delete(Incarnation dead, Numbers givenOut) throws IOException {
        asking(() -> {
            highest.note(givenOut);
            if (seal(dead, true) instanceof Sealing.Result.Sealed) {
                List<String> keys = objects(store, dead).stream().filter(each -> each.bytes() != ObjectHeader.BYTES)
                        .map(Found::key).toList();
                // Forwards: what an interrupted deletion leaves ends with what its last object says of the others.
                for (int from = 0; from < keys.size(); from += KEYS_PER_DELETE) {
                    store.delete(keys.subList(from, Math.min(keys.size(), from + KEYS_PER_DELETE)));
                }
            }
            return true;
        });
    }

    @Override
    public Numbers highest() throws IOException {
        return asking(highest::read);
    }

    @Override
    public Numbers reserve(Numbers givenOut, long margin) throws IOException {
        return asking(() -> highest.reserve(givenOut, margin));
    }

    // ---- what there is

    static List<Found> objects(ObjectStore store, Incarnation journal) {
        List<Found> objects = new ArrayList<>();
        @Nullable
        String after = null;
        for (List<Found> page = store.list(Keys.of(journal), after); !page.isEmpty(); page = store
                .list(Keys.of(journal), after)) {
            page.stream().filter(each -> Keys.number(each.key()) > 0).forEach(objects::add);
            after = page.getLast().key();
        }
        return objects;
    }

    private static boolean isSealed(List<Found> objects) {
        return !objects.isEmpty() && objects.getLast().bytes() == ObjectHeader.BYTES;
    }

    private interface Asking<T> {
        T answer() throws IOException;
    }

    private static <T> T asking(Asking<T> question) throws IOException {
        try {
            return question.answer();
        } catch (ObjectStoreException e) {
            throw new IOException(e.getMessage(), e);
        }
    }
}
