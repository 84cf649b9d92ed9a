// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.file;

import static io.natspersist.worker.file.StreamFilesContract.SLOT;
import static org.assertj.core.api.Assertions.assertThat;

import io.natspersist.protocol.StreamName;
import io.natspersist.worker.change.Change;
import io.natspersist.worker.file.StreamFiles.Opened;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What files cost here, printed: only the ratios say anything about another machine. */
@Tag("slow")
class SqliteCostIT {
    private static final String VALUE = "x".repeat(256);
    private static final int FILES = 200;

    @TempDir
    Path root;

    @Test
    void rowsPerSecond() throws IOException {
        StreamFiles files = new SqliteStreamFiles(root);
        rowsPerSecond(files, "warm", 100, 20_000, false);
        for (boolean keyed : new boolean[]{false, true}) {
            double one = rowsPerSecond(files, "one" + keyed, 1, 5_000, keyed);
            double ten = rowsPerSecond(files, "ten" + keyed, 10, 20_000, keyed);
            double hundred = rowsPerSecond(files, "hundred" + keyed, 100, 40_000, keyed);
            System.out.printf("%s rows of 256 B: %,.0f/s in batches of 1, %.1f times that of 10, %.1f times of 100%n",
                    keyed ? "overwritten" : "appended", one, ten / one, hundred / one);
            assertThat(hundred).isGreaterThan(one);
        }
    }

    private static double rowsPerSecond(StreamFiles files, String name, int batch, int rows, boolean keyed) {
        StreamName stream = new StreamName(name);
        StreamFile file = files.create(stream, SLOT, 1);
        Changes changes = new Changes(stream, 1);
        long nanos = 0;
        for (int i = 0; i < rows; i += batch) {
            List<Change> next = new ArrayList<>();
            for (int j = 0; j < batch; j++) {
                next.add(changes.set(keyed ? "key" + (i + j) % 1000 : null, VALUE));
            }
            long before = System.nanoTime();
            file.apply(next);
            nanos += System.nanoTime() - before;
        }
        file.close();
        return rows * 1e9 / nanos;
    }

    @Test
    void openingAndMemory() throws IOException {
        StreamFiles files = new SqliteStreamFiles(root);
        each(files, "warm", 200, true).forEach(StreamFile::close);
        long before = residentKiB();
        long start = System.nanoTime();
        List<StreamFile> open = each(files, "s", FILES, true);
        long created = System.nanoTime();
        System.gc();
        long each = (residentKiB() - before) / FILES;
        long closing = System.nanoTime();
        open.forEach(StreamFile::close);
        long closed = System.nanoTime();
        List<StreamFile> again = each(files, "s", FILES, false);
        long opened = System.nanoTime();
        assertThat(SqliteTakeoverTest.descriptorsBelow(root)).isEqualTo(3L * FILES);
        again.forEach(StreamFile::abandon);
        System.out.printf(
                "microseconds: create and first row %d, close %d, open again and read %d; about %d KiB each%n",
                (created - start) / 1000 / FILES, (closed - closing) / 1000 / FILES, (opened - closed) / 1000 / FILES,
                each);
    }

    private static List<StreamFile> each(StreamFiles files, String prefix, int count, boolean create) {
        List<StreamFile> all = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            StreamName stream = new StreamName(prefix + i);
            StreamFile file;
            if (create) {
                file = files.create(stream, SLOT, 1);
                file.apply(List.of(new Changes(stream, 1).set("key", "id", VALUE)));
            } else {
                file = ((Opened.File) files.open(stream, SLOT, 1)).file();
            }
            assertThat(file.last()).isPresent();
            all.add(file);
        }
        return all;
    }

    private static long residentKiB() throws IOException {
        return Files.readAllLines(Path.of("/proc/self/status"))
                .stream()
                .filter(l -> l.startsWith("VmRSS:"))
                .mapToLong(l -> Long.parseLong(l.replaceAll("\\D", "")))
                .findFirst()
                .orElseThrow();
    }
}
