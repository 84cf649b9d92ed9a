// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.natspersist.worker.disk.Disk.DiskFile;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** That the fake is as hostile as it says: what a test relies on when it passes. */
class FakeDiskTest extends DiskContract {

    private long now = 1_000_000;
    private FakeDisk volume = new FakeDisk(1, () -> now);

    @Override
    Disk newDisk() {
        return volume.mount("x");
    }

    private DiskFile forcedFile(Disk by, String text) throws IOException {
        by.createFolders("a/b");
        DiskFile file = by.createNew("a/b/f");
        file.append(bytes(text));
        file.force();
        by.forceFolder("a/b");
        by.forceFolder("a");
        by.forceFolder("");
        return file;
    }

    @Test
    void aKilledProcessLosesNothing() throws IOException {
        disk.createNew("a/b/f").append(bytes("abc"));
        volume.kill("x");
        assertThat(volume.contents("a/b/f")).asString().isEqualTo("abc");
    }

    @Test
    void aDeadMachineLosesAnyPartOfWhatItDidNotForce() throws IOException {
        Set<String> left = new HashSet<>();
        for (int seed = 0; seed < 200; seed++) {
            volume = new FakeDisk(seed, () -> now);
            DiskFile file = forcedFile(newDisk(), "forced");
            file.append(bytes("UNFORCED"));
            volume.loseUnforced("x");
            left.add(new String(volume.contents("a/b/f"), java.nio.charset.StandardCharsets.ISO_8859_1));
        }
        assertThat(left).allMatch(text -> text.startsWith("forced")).contains("forced", "forcedUNF", "forcedUNFORCED")
                .anyMatch(text -> text.contains("\0"));
    }

    @Test
    void aDeadMachineLosesNamesThatItDidNotForceAndNoOthers() throws IOException {
        int lost = 0;
        for (int seed = 0; seed < 100; seed++) {
            volume = new FakeDisk(seed, () -> now);
            forcedFile(newDisk(), "forced");
            newDisk().createNew("a/b/g").force();
            volume.loseUnforced();
            assertThat(volume.names("a/b")).contains("f");
            lost += volume.names("a/b").contains("g") ? 0 : 1;
        }
        assertThat(lost).isBetween(20, 80);
    }

    @Test
    void aRemovedNameMayComeBackUntilTheFolderIsForced() throws IOException {
        int back = 0;
        for (int seed = 0; seed < 100; seed++) {
            volume = new FakeDisk(seed, () -> now);
            forcedFile(newDisk(), "forced");
            newDisk().delete("a/b/f");
            volume.loseUnforced();
            back += volume.names("a/b").contains("f") ? 1 : 0;
        }
        assertThat(back).isBetween(20, 80);
    }

    @Test
    void theLocksOfADeadMachineStayForTheLease() throws IOException {
        forcedFile(disk, "forced").tryLock();
        volume.loseUnforced("x");
        DiskFile other = volume.mount("y").open("a/b/f");
        now += 9_999;
        assertThat(other.tryLock()).isFalse();
        now += 1;
        assertThat(other.tryLock()).isTrue();
    }

    @Test
    void theLocksOfAKilledProcessGoAtOnce() throws IOException {
        forcedFile(disk, "forced").tryLock();
        volume.kill("x");
        assertThat(volume.mount("y").open("a/b/f").tryLock()).isTrue();
    }

    @Test
    void whoLostItsLockIsToldOnceAndThenItsWritesGoNowhere() throws IOException {
        DiskFile file = forcedFile(disk, "forced");
        file.tryLock();
        volume.takeLocks("x");
        assertThat(volume.mount("y").open("a/b/f").tryLock()).isTrue();
        assertThatExceptionOfType(IOException.class).isThrownBy(() -> {
            file.append(bytes("late"));
            file.force();
        });
        file.append(bytes("later"));
        file.force();
        assertThat(volume.contents("a/b/f")).asString().isEqualTo("forced");
    }

    @Test
    void closingASecondDescriptorDropsTheLock() throws IOException {
        DiskFile file = forcedFile(disk, "forced");
        file.tryLock();
        disk.open("a/b/f").close();
        assertThat(volume.mount("y").open("a/b/f").tryLock()).isTrue();
        file.append(bytes(" twice"));
        file.force();
    }

    @Test
    void aLookUpThatFoundNothingIsBelievedForHalfAMinuteWhereAListingIsNot() throws IOException {
        Disk other = volume.mount("y");
        assertThatExceptionOfType(NoSuchFileException.class).isThrownBy(() -> other.open("a/b/f"));
        forcedFile(disk, "forced");
        now += 29_999;
        assertThatExceptionOfType(NoSuchFileException.class).isThrownBy(() -> other.open("a/b/f"));
        assertThat(other.list("a/b")).containsExactly("f");
        assertThatExceptionOfType(Disk.NameExists.class).isThrownBy(() -> other.createNew("a/b/f"));
        now += 1;
        assertThat(read(other.open("a/b/f"), 0, 10)).isEqualTo("forced");
    }

    @Test
    void aFullVolumeTakesAPartOfAWrite() throws IOException {
        DiskFile file = forcedFile(disk, "forced");
        volume.setUsableBytes(3);
        assertThatExceptionOfType(IOException.class).isThrownBy(() -> file.append(bytes("more")))
                .withMessageContaining("No space");
        assertThat(disk.usableBytes()).isZero();
        disk.delete("a/b/f");
        assertThat(disk.usableBytes()).isEqualTo(9);
    }

    @Test
    void aScriptedFailureComesOnce() throws IOException {
        DiskFile file = forcedFile(disk, "forced");
        volume.failAt(volume.steps() + 2, new IOException("scripted"));
        file.append(bytes("a"));
        assertThatExceptionOfType(IOException.class).isThrownBy(file::force).withMessage("scripted");
        file.force();
    }

    @Test
    void theProcessOfADeadNodeDoesNothingMore() throws IOException {
        DiskFile file = forcedFile(disk, "forced");
        volume.kill("x");
        assertThatExceptionOfType(IOException.class).isThrownBy(() -> file.append(bytes("ghost")));
        assertThatExceptionOfType(IOException.class).isThrownBy(() -> disk.list(""));
        assertThat(volume.mount("x").list("a/b")).containsExactly("f");
    }
}
