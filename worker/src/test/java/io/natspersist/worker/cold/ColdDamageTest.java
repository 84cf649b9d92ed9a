// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.cold;

import static io.natspersist.worker.cold.FileOfBytes.restored;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.natspersist.protocol.StreamName;
import io.natspersist.worker.cold.ColdTier.Copy;
import io.natspersist.worker.cold.ObjectStoreException.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Objects rot, are cut short, or vanish: what is wrong is never given out, and what is whole still is. */
class ColdDamageTest {
    private static final StreamName STREAM = new StreamName("projects.42");
    private static final int SLOT = 7;
    private static final long DAY = 86_400_000;
    private static final ColdKeys KEYS = ColdKeys.of(STREAM, SLOT);

    private final MemoryObjectStore store = new MemoryObjectStore();
    private final ColdCopies copies = copies(1);
    private final FileOfBytes file = new FileOfBytes(1, 40);
    private final List<Copy> archived = new ArrayList<>();
    private final List<byte[]> contents = new ArrayList<>();

    private ColdCopies copies(long seed) {
        return new ColdCopies(store, DAY, ColdCopiesTest.SIZES, new Random(seed), _ -> {});
    }

    @BeforeEach
    void fourVersionsAreArchived() {
        for (int i = 0; i < 4; i++) {
            archive(i < 2 ? 3 : 4);
        }
    }

    private Copy archive(long epoch) {
        Copy copy = copies.archive(STREAM, SLOT, epoch, file.changePages(3).at(60_000L * archived.size()));
        archived.add(copy);
        contents.add(file.bytes());
        return copy;
    }

    /** Every copy that is offered is right, or is refused by the name of the object. */
    private int restoredOf(String damaged) {
        int whole = 0;
        ColdCopies reader = copies(2);
        for (Copy copy : reader.versions(STREAM, SLOT)) {
            try {
                assertThat(restored(reader, STREAM, SLOT, copy)).isEqualTo(contents.get(archived.indexOf(copy)));
                whole++;
            } catch (ObjectStoreException e) {
                assertThat(e.kind()).isEqualTo(Kind.DAMAGED);
                assertThat(e).hasMessageContaining(damaged);
            }
        }
        return whole;
    }

    @Test
    void whateverByteOfAPackIsWrongNothingWrongIsGivenOut() {
        long refused = 0;
        for (String key : store.keys()) {
            int length = (int) length(key);
            for (int at = 0; at < length && !key.equals(KEYS.head()); at += 3) {
                store.alter(key, at);
                refused += archived.size() - restoredOf(key);
                store.alter(key, at);
            }
        }
        assertThat(refused).isPositive();
        assertThat(restoredOf("nothing")).isEqualTo(archived.size());
    }

    @Test
    void whateverByteOfTheHeadIsWrongEveryCopyIsFoundInThePacks() {
        int length = (int) length(KEYS.head());
        for (int at = 0; at < length; at += 7) {
            store.alter(KEYS.head(), at);
            assertThat(copies.versions(STREAM, SLOT)).isEqualTo(archived);
            assertThat(restoredOf("nothing")).isEqualTo(archived.size());
            store.alter(KEYS.head(), at);
        }
        store.truncate(KEYS.head(), length / 2);
        assertThat(restoredOf("nothing")).isEqualTo(archived.size());
        store.truncate(KEYS.head(), 0);
        assertThat(restoredOf("nothing")).isEqualTo(archived.size());
    }

    @Test
    void withoutAHeadEveryCopyIsFoundInThePacks() {
        store.remove(KEYS.head());

        assertThat(copies.versions(STREAM, SLOT)).isEqualTo(archived);
        assertThat(restoredOf("nothing")).isEqualTo(archived.size());
    }

    @Test
    void theNextArchiveReplacesADamagedHeadAndGoesOnFromIt() {
        store.alter(KEYS.head(), 30);
        long packs = store.keys().size();

        archive(4);

        assertThat(copies.versions(STREAM, SLOT)).isEqualTo(archived);
        assertThat(restoredOf("nothing")).isEqualTo(archived.size());
        assertThat(store.keys()).hasSize((int) packs + 1);
    }

    @Test
    void anEarlierOwnerIsFencedByADamagedHeadToo() {
        store.alter(KEYS.head(), 30);

        assertThatThrownBy(() -> archive(3)).isInstanceOf(ColdTier.Fenced.class);
    }

    @Test
    void anOlderCopyIsRestoredWhereTheNewestIsDamaged() {
        String last = KEYS.pack(newestPack());
        store.truncate(last, 20);

        assertThatThrownBy(() -> restored(copies, STREAM, SLOT, archived.getLast()))
                .isInstanceOfSatisfying(ObjectStoreException.class, e -> assertThat(e.kind()).isEqualTo(Kind.DAMAGED))
                .hasMessageContaining(last);

        assertThat(restored(copies, STREAM, SLOT, archived.get(2))).isEqualTo(contents.get(2));
    }

    @Test
    void whoFoundDamageArchivesWithoutTheDamagedPack() {
        for (boolean gone : new boolean[]{false, true}) {
            PackName bad = newestPack();
            if (gone) {
                store.remove(KEYS.pack(bad));
            } else {
                store.alter(KEYS.pack(bad), 12);
            }
            Copy newest = archived.getLast();
            assertThatThrownBy(() -> restored(copies, STREAM, SLOT, newest)).isInstanceOf(ObjectStoreException.class);

            Copy again = copies.archive(STREAM, SLOT, 4, file.at(9_000_000));
            assertThat(restored(copies, STREAM, SLOT, again)).isEqualTo(file.bytes());
            archived.add(again);
            contents.add(file.bytes());
        }
    }

    @Test
    void theHeadOfAnotherStreamIsNotTakenForThisOnes() {
        StreamName other = new StreamName("other");
        copies.archive(other, SLOT, 9, new FileOfBytes(5, 10).at(1_000));
        store.replace(KEYS.head(), store.get(ColdKeys.of(other, SLOT).head(), 1 << 20).orElseThrow().bytes());

        assertThat(copies.versions(STREAM, SLOT)).isEqualTo(archived);
    }

    private PackName newestPack() {
        return new PackStore(store).list(KEYS).stream().map(Pack::name).max(PackName.ORDER).orElseThrow();
    }

    private long length(String key) {
        return store.list(key, null).getFirst().bytes();
    }
}
