// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.file;

import static io.natspersist.worker.file.Changes.STREAM;
import static io.natspersist.worker.file.StreamFilesContract.SLOT;
import static org.assertj.core.api.Assertions.assertThat;

import io.natspersist.worker.change.Change;
import io.natspersist.worker.cold.ColdCopies;
import io.natspersist.worker.cold.ColdTier;
import io.natspersist.worker.cold.MemoryObjectStore;
import io.natspersist.worker.cold.ObservedObjectStore;
import io.natspersist.worker.cold.ObservedObjectStore.Counts;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What archiving a document costs that somebody edits for two hours: the figures that docs/cost.md reckons with, printed. */
@Tag("slow")
class ColdCostTest {

    private static final int ARCHIVES = 24;
    private static final int EDITS = 417;
    private static final long WEEK_MILLIS = 7 * 86_400_000L;
    private static final long INTERVAL_MILLIS = 300_000;

    private final Random random = new Random(1);
    private final Changes changes = new Changes(1);
    private final MemoryObjectStore memory = new MemoryObjectStore();
    private final ObservedObjectStore store = new ObservedObjectStore(memory);
    private final ColdTier copies = new ColdCopies(store, WEEK_MILLIS, random);

    @TempDir
    private Path root;

    @Test
    void twoHoursOfEditing() throws IOException {
        StreamFile file = new SqliteStreamFiles(root).create(STREAM, SLOT, 1);
        session("a new document", file);
        for (int i = 0; i < 90; i++) {
            file.apply(edits(1_000));
        }
        archive(file);
        session("a document of 100,000 edits", file);
        file.close();
    }

    private void session(String name, StreamFile file) {
        Counts before = store.counts();
        for (int i = 0; i < ARCHIVES; i++) {
            file.apply(edits(EDITS));
            changes.later(INTERVAL_MILLIS);
            archive(file);
        }
        Counts done = store.counts();
        ColdTier.Copy newest = copies.newest(STREAM, SLOT).orElseThrow();
        Counts restoring = store.counts();
        copies.restore(STREAM, SLOT, newest, ByteBuffer::remaining);
        Counts restored = store.counts();
        System.out.printf(
                "%s, %d archives of %d edits: a file of %,d KiB; %d PUTs, %d GETs, %d LISTs, %,d KiB up, %,d KiB down;"
                        + " %,d KiB stored with %d copies; restored by %d GETs of %,d KiB%n",
                name, ARCHIVES, EDITS, newest.bytes() >> 10, done.puts() - before.puts(), done.gets() - before.gets(),
                done.lists() - before.lists(), (done.bytesUp() - before.bytesUp()) >> 10,
                (done.bytesDown() - before.bytesDown()) >> 10, memory.bytesStored() >> 10,
                copies.versions(STREAM, SLOT).size(), restored.gets() - restoring.gets(),
                (restored.bytesDown() - restoring.bytesDown()) >> 10);
        assertThat(done.puts() - before.puts()).isLessThanOrEqualTo(2 * ARCHIVES + 2);
        assertThat(done.gets() - before.gets()).isLessThanOrEqualTo(ARCHIVES + 2);
        assertThat(done.bytesUp() - before.bytesUp()).isLessThan(ARCHIVES * newest.bytes() / 2);
    }

    private void archive(StreamFile file) {
        try (ColdTier.Snapshot snapshot = file.snapshot(changes.now())) {
            copies.archive(STREAM, SLOT, 1, snapshot);
        }
    }

    /** As an editor that types sends them: where, what, and by whom, each with a message id. */
    private List<Change> edits(int count) {
        List<Change> all = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            String id = HexFormat.of().toHexDigits(random.nextLong()) + HexFormat.of().toHexDigits(random.nextInt());
            all.add(changes.set(null, id, "{\"pos\":%d,\"del\":%d,\"ins\":\"%c\",\"by\":\"user-%d\"}".formatted(
                    random.nextInt(100_000), random.nextInt(2), 'a' + random.nextInt(26), random.nextInt(4))));
        }
        return all;
    }
}
