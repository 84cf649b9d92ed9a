// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.file;

import static io.natspersist.worker.file.Changes.STREAM;
import static org.assertj.core.api.Assertions.assertThat;

import io.natspersist.worker.cold.ColdTier;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SqliteStreamFilesTest extends StreamVolumeContract {

    @TempDir
    Path root;

    @Override
    StreamVolume files(StreamFileLimits limits) {
        try {
            return new SqliteStreamFiles(root, limits);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void aCopyBesideTheStreamHasNoNameOnceItIsOpen(@TempDir Path volume, @TempDir Path local) throws IOException {
        SqliteStreamFiles files = new SqliteStreamFiles(volume, local);
        StreamFile file = files.create(STREAM, SLOT, 3);
        try (ColdTier.Snapshot snapshot = file.snapshot(1); ScratchFile scratch = files.scratch(STREAM)) {
            ByteBuffer all = ByteBuffer.allocate((int) snapshot.bytes());
            snapshot.read(0, all);
            scratch.write(all.flip());
            assertThat(local).isDirectoryContaining("glob:**.version");

            StreamFile was = scratch.opened();

            assertThat(local).isEmptyDirectory();
            assertThat(was.state()).isEqualTo(snapshot.state());
        }
        try (ScratchFile unopened = files.scratch(STREAM)) {
            assertThat(local).isDirectoryContaining("glob:**.version");
        }
        assertThat(local).isEmptyDirectory();
        file.close();
    }
}
