// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.local;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.natspersist.cli.terminal.Failure;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DirectoryLockTest {

    @TempDir
    private Path folder;

    @Test
    void aDirectoryBelongsToOneClusterAtATime() throws IOException {
        Path directory = folder.resolve("new");
        try (DirectoryLock _ = DirectoryLock.take(directory)) {
            assertThatThrownBy(() -> DirectoryLock.take(directory)).isInstanceOf(Failure.class)
                    .hasMessageContaining("in use").hasMessageContaining(Long.toString(ProcessHandle.current().pid()))
                    .hasMessageContaining("--dir");
        }
        DirectoryLock.take(directory).close();
    }
}
