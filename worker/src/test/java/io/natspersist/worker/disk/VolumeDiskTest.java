// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.disk;

import static org.assertj.core.api.Assertions.assertThat;

import io.natspersist.worker.disk.Disk.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VolumeDiskTest extends DiskContract {

    @TempDir
    Path root;

    @Override
    Disk newDisk() throws IOException {
        return new VolumeDisk(root);
    }

    @Test
    void anAppendOfSeveralSlicesIsWhole() throws IOException {
        byte[] large = new byte[(5 << 20) + 17];
        for (int i = 0; i < large.length; i++) {
            large[i] = (byte) (i * 31 >> 7);
        }
        try (DiskFile file = disk.createNew("a/b/f")) {
            ByteBuffer buffer = ByteBuffer.wrap(large);
            file.append(buffer);
            assertThat(buffer.hasRemaining()).isFalse();
        }
        assertThat(Files.readAllBytes(root.resolve("a/b/f"))).isEqualTo(large);
    }
}
