// SPDX-License-Identifier: Apache-2.0
package io.natspersist.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.natspersist.client.Branch;
import io.natspersist.client.ListedStream;
import io.natspersist.client.PersistClient;
import io.natspersist.protocol.StreamName;
import io.natspersist.worker.file.CatalogEntry;
import io.natspersist.worker.file.SqliteStreamFiles;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Catalogs with very many names. {@code -De2e.names=N} says how many. */
class MillionNamesIT {

    private static final int NAMES = Integer.getInteger("e2e.names", 1_000_000);
    private static final int PROJECTS = 1_000;
    private static final int SLOTS = 1_024;
    /** What listing all of them may take beyond the catalogs' connections, which the first page has opened. */
    private static final long MORE_MIB = 100;

    @Test
    @Timeout(600)
    void aMillionNamesAreListedInOrderAndTakeNoMemory() throws IOException {
        try (Cluster cluster = new Cluster()) {
            fill(cluster);
            long began = System.nanoTime();
            cluster.with("w0");
            PersistClient client = cluster.client();
            client.stream("one.more").set(new byte[1]);
            long started = millisSince(began);

            began = System.nanoTime();
            Branch projects = client.tree(null, 1).iterator().next();
            long first = millisSince(began);
            assertThat(projects.prefix()).isEqualTo("one");
            client.list("projects.p7").iterator().next();
            long residentBefore = cluster.worker("w0").residentMiB();

            began = System.nanoTime();
            String last = null;
            long count = 0;
            for (ListedStream stream : client.list()) {
                String name = stream.name().replace('.', '\u0001');
                assertThat(last == null || last.compareTo(name) < 0).isTrue();
                last = name;
                count++;
            }
            long listed = millisSince(began);

            began = System.nanoTime();
            List<Branch> branches = new ArrayList<>();
            client.tree("projects", 1).forEach(branches::add);
            long tree = millisSince(began);
            long residentAfter = cluster.worker("w0").residentMiB();

            System.out.printf(
                    "%d names: started and written to after %d ms, first answer after %d ms, all listed in %d ms, "
                            + "a tree of %d projects in %d ms; resident %d MiB before, %d MiB after%n",
                    NAMES, started, first, listed,
                    branches.size(), tree, residentBefore, residentAfter);
            assertThat(count).isEqualTo(NAMES + 1L);
            assertThat(branches).hasSize(PROJECTS)
                    .allSatisfy(b -> assertThat(b.streams()).isEqualTo(NAMES / PROJECTS));
            assertThat(residentAfter).isLessThan(residentBefore + MORE_MIB);
        }
    }

    private static void fill(Cluster cluster) throws IOException {
        Map<Integer, List<CatalogEntry>> slots = new TreeMap<>();
        for (int i = 0; i < NAMES; i++) {
            StreamName name = new StreamName("projects.p" + i % PROJECTS + ".s" + i);
            slots.computeIfAbsent(name.slot(SLOTS), s -> new ArrayList<>())
                    .add(new CatalogEntry(name, 1, 1, 1, 100, null));
        }
        SqliteStreamFiles files = new SqliteStreamFiles(cluster.volume());
        slots.forEach((slot, entries) -> {
            files.catalogs().put(slot, 0, entries);
            files.forgetSlot(slot);
        });
    }

    private static long millisSince(long began) {
        return (System.nanoTime() - began) / 1_000_000;
    }
}
