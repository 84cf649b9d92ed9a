// SPDX-License-Identifier: Apache-2.0
package io.natspersist.operator;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What Secrets have, for those who read files. Only this process's user can read them; they go when this is closed. */
final class PrivateFiles implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(PrivateFiles.class);

    private final List<Path> made = new ArrayList<>();

    /** Null for null. */
    @Nullable
    Path of(String name, @Nullable String content) {
        if (content == null) {
            return null;
        }
        try {
            if (made.isEmpty()) {
                made.add(Files.createTempDirectory("nats-",
                        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"))));
            }
            Path file = Files.writeString(made.getFirst().resolve(name), content);
            made.add(file);
            return file;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        for (Path each : made.reversed()) {
            try {
                Files.deleteIfExists(each);
            } catch (IOException e) {
                LOG.warn("cannot delete {}", each, e);
            }
        }
    }
}
