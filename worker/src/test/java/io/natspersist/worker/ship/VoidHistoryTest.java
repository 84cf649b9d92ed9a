// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.ship;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VoidHistoryTest {

    @TempDir
    Path root;

    private void write(String file, String text) throws IOException {
        Files.createDirectories(root.resolve(file).getParent());
        Files.writeString(root.resolve(file), text);
    }

    private List<String> files() throws IOException {
        try (Stream<Path> all = Files.walk(root)) {
            return all.filter(Files::isRegularFile).map(each -> root.relativize(each).toString()).sorted().toList();
        }
    }

    @Test
    void anEmptyDiskStaysEmpty() throws IOException {
        VoidHistory.setAside(root);

        assertThat(files()).isEmpty();
    }

    @Test
    void theNewestOfWhatWasLeftIsKept() throws IOException {
        for (int start = 1; start <= 3; start++) {
            write("journals/w0." + start + "/0000000001.log", "x");
            write("streams/1/a.1.db", "y");
            write("lost+found/z", "somebody else's");
            VoidHistory.setAside(root);
        }

        assertThat(files()).containsExactly("lost+found/z", "void/3/journals/w0.3/0000000001.log",
                "void/3/streams/1/a.1.db");
    }

    @Test
    void whatWasInterruptedIsFinished() throws IOException {
        write("void/1/journals/w0.1/0000000001.log", "x");
        write("streams/1/a.1.db", "y");
        VoidHistory.setAside(root);

        assertThat(files()).containsExactly("void/2/streams/1/a.1.db");
    }
}
