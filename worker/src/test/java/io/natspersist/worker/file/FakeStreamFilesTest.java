// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.file;

import static io.natspersist.worker.file.Changes.STREAM;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.natspersist.worker.file.StreamFileException.Kind;
import io.natspersist.worker.file.StreamFiles.Opened;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class FakeStreamFilesTest extends StreamVolumeContract {
    /** Loses all that may be lost. */
    private static final RandomGenerator CRUEL = () -> 0;

    private final FakeStreamFiles volume = new FakeStreamFiles(CRUEL);
    private final Changes changes = new Changes(3);

    @Override
    StreamVolume files(StreamFileLimits limits) {
        return new FakeStreamFiles(CRUEL, limits).mount("a");
    }

    private StreamFile halfSynced() {
        StreamFile file = volume.mount("a").create(STREAM, SLOT, 3);
        file.apply(List.of(changes.set("synced")));
        file.sync();
        file.apply(List.of(changes.set("not synced")));
        return file;
    }

    @Test
    void aKilledProcessLosesNothing() {
        halfSynced();
        volume.kill("a");

        assertThat(opened(volume.mount("b"), 4).state().change()).isEqualTo(2);
    }

    @Test
    void aMachineWithoutPowerLosesWhatWasNotSynced() {
        halfSynced();
        volume.losePower("a");

        assertThat(opened(volume.mount("b"), 4).state().change()).isEqualTo(1);
    }

    @Test
    void whatAKilledProcessLeftUnsyncedIsLostWithThePower() {
        halfSynced();
        volume.kill("a");
        volume.losePower();

        assertThat(opened(volume.mount("b"), 4).state().change()).isEqualTo(1);
    }

    @Test
    void aCatalogLetGoOfAfterAFailureIsNotSyncedAnew() {
        Catalogs catalogs = volume.mount("a").catalogs();
        catalogs.put(SLOT, 3, List.of(new CatalogEntry(STREAM, 1, 1, 1, 1, null)));
        volume.failNext(StreamPlace.ofCatalog(SLOT).stream(), Kind.UNAVAILABLE);
        assertThatThrownBy(() -> catalogs.list(SLOT, 3, NameRange.ALL, 9)).isInstanceOf(StreamFileException.class);

        assertThatThrownBy(() -> catalogs.sync(SLOT, 3)).isInstanceOf(StreamFileException.class);

        catalogs.put(SLOT, 3, List.of(new CatalogEntry(STREAM, 1, 1, 1, 1, null)));
        catalogs.sync(SLOT, 3);
        volume.losePower("a");
        assertThat(volume.mount("b").catalogs().list(SLOT, 4, NameRange.ALL, 9)).hasSize(1);
    }

    @Test
    void aSecondHolderIsRefused() {
        halfSynced();

        assertThat(volume.mount("b").open(STREAM, SLOT, 4)).isInstanceOf(Opened.Unavailable.class);
    }

    @Test
    void whoLostTheLockNoticesWhenSyncing() {
        StreamFile file = halfSynced();
        volume.takeLocks("a");
        file.apply(List.of(changes.set("into the void")));

        assertThatThrownBy(file::sync).isInstanceOf(StreamFileException.class);
        assertThatThrownBy(file::close).isInstanceOf(StreamFileException.class);
    }

    @Test
    void whoWasTakenOverWritesNothingThatAnyoneReads() {
        StreamFile old = halfSynced();
        volume.takeLocks("a");
        StreamFile next = opened(volume.mount("b"), 4);

        assertThatThrownBy(() -> old.apply(List.of(changes.set("late")))).isInstanceOf(StreamFileException.class);
        assertThat(next.state().change()).isEqualTo(1);
        assertThat(volume.renames()).isEqualTo(2);
    }

    @Test
    void failuresComeAsScripted() {
        StreamFile file = halfSynced();
        volume.failNext(STREAM, Kind.UNAVAILABLE);

        assertThatThrownBy(file::sync).isInstanceOf(StreamFileException.class);
        file.sync();
    }

    @Test
    void aCorruptFileIsSetAsideAndNeverTakenForAbsent() {
        StreamFile file = halfSynced();
        volume.corrupt(STREAM);

        assertThatThrownBy(() -> file.get(1)).extracting(e -> ((StreamFileException) e).kind()).isEqualTo(Kind.CORRUPT);
        file.abandon();
        assertThat(volume.mount("a").open(STREAM, SLOT, 4)).isInstanceOf(Opened.Corrupt.class);
        assertThat(volume.mount("a").open(STREAM, SLOT, 5)).isInstanceOf(Opened.Corrupt.class);
        assertThat(volume.setAside()).containsExactly(STREAM);
    }

    @Test
    void opensAreCounted() {
        halfSynced();
        volume.kill("a");
        opened(volume.mount("b"), 4);

        assertThat(volume.opens()).isEqualTo(1);
        assertThat(volume.creates()).isEqualTo(1);
        assertThat(volume.openFiles()).isEqualTo(1);
    }
}
