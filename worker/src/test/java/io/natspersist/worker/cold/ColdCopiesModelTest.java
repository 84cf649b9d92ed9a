// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.cold;

import static io.natspersist.worker.cold.FileOfBytes.restored;
import static org.assertj.core.api.Assertions.assertThat;

import io.natspersist.protocol.StreamName;
import io.natspersist.worker.cold.ColdTier.Copy;
import io.natspersist.worker.cold.ObjectStoreException.Kind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Owners come and go, files grow, shrink and change, calls fail: every copy that is offered is what its owner archived. */
class ColdCopiesModelTest {
    private static final StreamName STREAM = new StreamName("projects.42");
    private static final int SLOT = 7;
    private static final int SEEDS = Integer.getInteger("cold.seeds", 40);

    @Test
    void everyCopyIsWhatItsOwnerArchived() {
        long first = Long.getLong("cold.seed", 1);
        Map<String, Integer> done = new HashMap<>();
        for (long seed = first; seed < first + (Long.getLong("cold.seed") == null ? SEEDS : 1); seed++) {
            try {
                run(seed, done);
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("-Dcold.seed=" + seed, e);
            }
        }
        System.out.println("cold copies: seeds from " + first + ", " + done);
        if (Long.getLong("cold.seed") == null) {
            assertThat(done).containsKeys("archived", "in trouble", "fenced", "deleted", "damaged head", "restored");
        }
    }

    private record Key(long epoch, long change, long at) {}

    private static void run(long seed, Map<String, Integer> done) {
        Random random = new Random(seed);
        MemoryObjectStore store = new MemoryObjectStore();
        long retain = random.nextInt(3) * 100_000L;
        Map<Key, byte[]> tried = new HashMap<>();
        List<Owner> owners = new ArrayList<>(List.of(new Owner(1, new FileOfBytes(seed, random.nextInt(60)),
                copies(store, retain, random))));
        long now = 1_000_000;
        for (int step = 0; step < 60; step++) {
            now += random.nextInt(30_000);
            Owner owner = owners.get(Math.max(0, owners.size() - 1 - random.nextInt(10) / 8));
            if (random.nextInt(4) == 0) {
                for (int i = random.nextInt(3); i >= 0; i--) {
                    long call = 1 + random.nextInt(6);
                    if (random.nextBoolean()) {
                        store.loseAnswer(call);
                    } else {
                        store.fail(call, random.nextBoolean() ? Kind.UNAVAILABLE : Kind.CONFLICT);
                    }
                }
            }
            String what;
            try {
                what = switch (random.nextInt(20)) {
                    case 0 -> {
                        owners.add(new Owner(owners.getLast().epoch + 1, owners.getLast().file.fork(),
                                copies(store, retain, random)));
                        yield "taken over";
                    }
                    case 1 -> {
                        owner.copies.delete(STREAM, SLOT, owner.epoch);
                        yield "deleted";
                    }
                    case 2 -> {
                        String head = ColdKeys.of(STREAM, SLOT).head();
                        // With the copies of a deleted stream goes all that could say that it was.
                        if (!store.keys().contains(head) || store.keys().size() == 1) {
                            yield "nothing";
                        }
                        store.alter(head, random.nextInt(20));
                        yield "damaged head";
                    }
                    default -> {
                        owner.change(random);
                        tried.put(new Key(owner.epoch, owner.file.change(), now), owner.file.bytes());
                        Copy copy = owner.copies.archive(STREAM, SLOT, owner.epoch, owner.file.at(now));
                        store.heal();
                        assertThat(copy.change()).isEqualTo(owner.file.change());
                        assertThat(owner.copies.newest(STREAM, SLOT)).contains(copy);
                        yield "archived";
                    }
                };
            } catch (ObjectStoreException e) {
                what = "in trouble";
            } catch (ColdTier.Fenced e) {
                what = "fenced";
            }
            store.heal();
            done.merge(what, 1, Integer::sum);
            for (Copy copy : owner.copies.versions(STREAM, SLOT)) {
                byte[] expected = tried.get(new Key(copy.epoch(), copy.change(), copy.at()));
                assertThat(restored(owner.copies, STREAM, SLOT, copy)).isEqualTo(expected);
                done.merge("restored", 1, Integer::sum);
            }
        }
        Owner last = new Owner(owners.getLast().epoch + 1, owners.getLast().file, copies(store, retain, random));
        Copy copy = last.copies.archive(STREAM, SLOT, last.epoch, last.file.at(now));
        assertThat(restored(last.copies, STREAM, SLOT, copy)).isEqualTo(last.file.bytes());
        ColdKeys keys = ColdKeys.of(STREAM, SLOT);
        List<String> named = new ArrayList<>(List.of(keys.head()));
        new Heads(store, new PackStore(store)).read(STREAM, keys).head().packs()
                .forEach(pack -> named.add(keys.pack(pack.name())));
        assertThat(store.keys()).containsAll(named);
    }

    private static ColdCopies copies(MemoryObjectStore store, long retain, Random random) {
        return new ColdCopies(store, retain, ColdCopiesTest.SIZES, new Random(random.nextLong()), _ -> {});
    }

    private record Owner(long epoch, FileOfBytes file, ColdCopies copies) {

        void change(Random random) {
            if (random.nextInt(4) == 0) {
                file.resize(random.nextInt(80));
            } else {
                file.changePages(random.nextInt(10));
            }
        }
    }
}
