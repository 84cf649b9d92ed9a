// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.file;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
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
}
