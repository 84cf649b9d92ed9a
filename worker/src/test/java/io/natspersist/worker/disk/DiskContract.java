// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.natspersist.worker.disk.Disk.DiskFile;
import io.natspersist.worker.disk.Disk.NameExists;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every {@link Disk} does. */
abstract class DiskContract {

    Disk disk;

    abstract Disk newDisk() throws IOException;

    @BeforeEach
    void givenADisk() throws IOException {
        disk = newDisk();
        disk.createFolders("a/b");
    }

    @Test
    void aMissingFolderListsAsEmpty() throws IOException {
        assertThat(disk.list("nothing/here")).isEmpty();
    }

    @Test
    void aListingIsSortedAndFresh() throws IOException {
        disk.createNew("a/b/2").close();
        disk.createNew("a/b/10").close();
        disk.createNew("a/b/1").close();
        assertThat(disk.list("a/b")).containsExactly("1", "10", "2");
        disk.delete("a/b/10");
        assertThat(disk.list("a/b")).containsExactly("1", "2");
        assertThat(disk.list("")).containsExactly("a");
    }

    @Test
    void makingAFolderThatExistsIsFine() throws IOException {
        disk.createFolders("a/b");
        assertThat(disk.list("a")).containsExactly("b");
    }

    @Test
    void aTakenNameIsNotMadeAgain() throws IOException {
        disk.createNew("a/b/f").close();
        assertThatExceptionOfType(NameExists.class).isThrownBy(() -> disk.createNew("a/b/f"));
    }

    @Test
    void aFileInAMissingFolderIsNotMade() {
        assertThatExceptionOfType(NoSuchFileException.class).isThrownBy(() -> disk.createNew("a/missing/f"));
    }

    @Test
    void aMissingFileIsNotOpened() {
        assertThatExceptionOfType(NoSuchFileException.class).isThrownBy(() -> disk.open("a/b/f"));
    }

    @Test
    void whatIsAppendedIsReadByPosition() throws IOException {
        try (DiskFile file = disk.createNew("a/b/f")) {
            file.append(bytes("hello "));
            file.append(bytes("world"));
            file.force();
            assertThat(file.size()).isEqualTo(11);
            assertThat(read(file, 4, 5)).isEqualTo("o wor");
            assertThat(read(file, 8, 50)).isEqualTo("rld");
            assertThat(read(file, 11, 5)).isEmpty();
        }
    }

    @Test
    void anOpenedFileIsAppendedToAtItsEnd() throws IOException {
        try (DiskFile file = disk.createNew("a/b/f")) {
            file.append(bytes("one"));
        }
        try (DiskFile file = disk.open("a/b/f")) {
            file.append(bytes("two"));
            assertThat(read(file, 0, 10)).isEqualTo("onetwo");
        }
    }

    @Test
    void aLinkIsTheSameFileUnderAnotherName() throws IOException {
        try (DiskFile file = disk.createNew("a/b/f.tmp")) {
            disk.link("a/b/f.tmp", "a/b/f");
            disk.forceFolder("a/b");
            file.append(bytes("late"));
        }
        disk.delete("a/b/f.tmp");
        try (DiskFile file = disk.open("a/b/f")) {
            assertThat(read(file, 0, 10)).isEqualTo("late");
        }
    }

    @Test
    void aLinkToATakenNameFails() throws IOException {
        disk.createNew("a/b/f").close();
        disk.createNew("a/b/g").close();
        assertThatExceptionOfType(NameExists.class).isThrownBy(() -> disk.link("a/b/f", "a/b/g"));
    }

    @Test
    void aLockKeepsOthersOutUntilItsFileIsClosed() throws IOException {
        try (DiskFile file = disk.createNew("a/b/f")) {
            assertThat(file.tryLock()).isTrue();
            DiskFile second = disk.open("a/b/f");
            assertThat(second.tryLock()).isFalse();
            second.close();
        }
        try (DiskFile file = disk.open("a/b/f")) {
            assertThat(file.tryLock()).isTrue();
        }
    }

    @Test
    void theLockOfATemporaryNameHoldsUnderTheLinkedOne() throws IOException {
        try (DiskFile file = disk.createNew("a/b/f.tmp")) {
            assertThat(file.tryLock()).isTrue();
            disk.link("a/b/f.tmp", "a/b/f");
            try (DiskFile second = disk.open("a/b/f")) {
                assertThat(second.tryLock()).isFalse();
            }
        }
    }

    @Test
    void deletingWhatIsNotThereIsFine() throws IOException {
        disk.delete("a/b/f");
        disk.deleteFolder("a/c");
        assertThat(disk.list("a")).containsExactly("b");
    }

    @Test
    void onlyAnEmptyFolderIsDeleted() throws IOException {
        disk.createNew("a/b/f").close();
        assertThatExceptionOfType(IOException.class).isThrownBy(() -> disk.deleteFolder("a/b"));
        disk.delete("a/b/f");
        disk.deleteFolder("a/b");
        disk.forceFolder("a");
        assertThat(disk.list("a")).isEmpty();
    }

    @Test
    void thereIsSomeSpace() throws IOException {
        assertThat(disk.usableBytes()).isPositive();
    }

    @Test
    void aClosedFileIsNotWritten() throws IOException {
        DiskFile file = disk.createNew("a/b/f");
        file.close();
        file.close();
        assertThatExceptionOfType(IOException.class).isThrownBy(() -> file.append(bytes("x")));
    }

    static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    static String read(DiskFile file, long position, int most) throws IOException {
        ByteBuffer into = ByteBuffer.allocate(most);
        int n = file.read(position, into);
        assertThat(into.position()).isEqualTo(n);
        return new String(into.array(), 0, n, StandardCharsets.UTF_8);
    }
}
