// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.file;

import static io.natspersist.worker.file.StreamFilesContract.SLOT;
import static org.assertj.core.api.Assertions.assertThat;

import io.natspersist.protocol.StreamName;
import io.natspersist.worker.file.StreamFiles.Opened;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.NavigableSet;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How much is done to the volume does not depend on how many files there are. */
class SqliteManyFilesTest {
    private static final int SLOTS = 1024;
    private static final int FILES = 100_000;

    @TempDir
    Path root;

    private final CountingVolume volume = new CountingVolume();

    @Test
    @Tag("slow")
    void openingAStreamTakesTheSameOperationsInAFullTreeAsInAnEmptyOne() throws IOException {
        long empty = openAndCreate(root.resolve("empty"));
        Path full = root.resolve("full");
        for (int i = 0; i < FILES; i++) {
            StreamName name = new StreamName("projects.p" + i);
            Path folder = full.resolve("streams/" + name.slot(SLOTS) + "/projects");
            Files.createDirectories(folder);
            Files.createFile(folder.resolve("p" + i + ".1.db"));
        }

        long crowded = openAndCreate(full);

        System.out.printf("operations for 100 new streams: %d in an empty tree, %d beside %d files%n", empty, crowded,
                FILES);
        // The folders that are there need not be made.
        assertThat(crowded).isLessThanOrEqualTo(empty);
    }

    private long openAndCreate(Path on) throws IOException {
        Files.createDirectories(on);
        SqliteStreamFiles files = files(on, 100_000);
        volume.operations = 0;
        for (int i = 0; i < 100; i++) {
            StreamName name = new StreamName("projects.new" + i);
            assertThat(files.open(name, name.slot(SLOTS), 2)).isInstanceOf(Opened.Absent.class);
            files.create(name, name.slot(SLOTS), 2).close();
        }
        return volume.operations;
    }

    @Test
    void askingForManyStreamsThatHaveNoFileListsTheirFolderOnce() throws IOException {
        SqliteStreamFiles files = files(root, 100_000);

        for (int i = 0; i < 1000; i++) {
            assertThat(files.open(new StreamName("projects.p" + i + ".notes"), SLOT, 2))
                    .isInstanceOf(Opened.Absent.class);
        }

        assertThat(volume.listings).isEqualTo(1);
    }

    @Test
    void filesMadeByThisProcessAreKnownWithoutALook() throws IOException {
        SqliteStreamFiles files = files(root, 100_000);
        for (int i = 0; i < 20; i++) {
            files.create(new StreamName("p" + i), SLOT, 2).close();
        }

        for (int i = 0; i < 20; i++) {
            ((Opened.File) files.open(new StreamName("p" + i), SLOT, 2)).file().close();
        }

        assertThat(volume.listings).isEqualTo(1);
    }

    @Test
    void whatIsRememberedIsBounded() throws IOException {
        SqliteStreamFiles files = files(root, 10);
        for (int folder = 0; folder < 6; folder++) {
            for (int i = 0; i < 4; i++) {
                files.create(new StreamName("f" + folder + ".p" + i), SLOT, 2).close();
            }
        }
        volume.listings = 0;

        for (int folder = 0; folder < 6; folder++) {
            ((Opened.File) files.open(new StreamName("f" + folder + ".p1"), SLOT, 2)).file().close();
        }

        assertThat(volume.listings).isBetween(6, 12);
    }

    private SqliteStreamFiles files(Path on, int names) throws IOException {
        return new SqliteStreamFiles(on, StreamFileLimits.DEFAULT, volume, names);
    }

    /** Counts what is done to names. */
    private static final class CountingVolume extends Volume {
        private long operations;
        private int listings;

        @Override
        NavigableSet<String> list(Path folder) throws IOException {
            operations++;
            listings++;
            return super.list(folder);
        }

        @Override
        void makeFolder(Path folder) throws IOException {
            operations++;
            super.makeFolder(folder);
        }

        @Override
        void rename(Path from, Path to) throws IOException {
            operations++;
            super.rename(from, to);
        }

        @Override
        void write(Path file, byte[] bytes) throws IOException {
            operations++;
            super.write(file, bytes);
        }

        @Override
        void forceFolder(Path folder) throws IOException {
            operations++;
            super.forceFolder(folder);
        }
    }
}
