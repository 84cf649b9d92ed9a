// SPDX-License-Identifier: Apache-2.0
package io.natspersist.coordinator;

import io.natspersist.protocol.BadMessage;
import io.natspersist.protocol.Json;
import io.natspersist.protocol.table.AssignmentTable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the table in one file: a line of JSON, and a line with its CRC-32C. A new table is written beside it, forced, and
 * renamed over it; then the folder is forced. After a crash the file holds the old table or the new one. A lock on a second
 * file keeps two coordinators on one folder from losing each other's tables.
 */
public final class FileTableStore implements TableStore {

    private static final String CRC = "crc32c ";

    private final Path file;
    private final Path folder;
    private final Path lock;

    /** @param file where the table is; its folder is made if it is not there */
    public FileTableStore(Path file) {
        this.file = file.toAbsolutePath();
        this.folder = Objects.requireNonNull(this.file.getParent(), "a file has a folder");
        this.lock = folder.resolve(file.getFileName() + ".lock");
    }

    @Override
    public Optional<AssignmentTable> load() throws IOException {
        String text;
        try {
            text = new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
        int end = text.indexOf('\n');
        if (end < 0 || !text.substring(end + 1).equals(CRC + crc(text.substring(0, end)) + "\n")) {
            throw damaged("its checksum is wrong", null);
        }
        try {
            return Optional
                    .of(Json.read(text.substring(0, end).getBytes(StandardCharsets.UTF_8), AssignmentTable.class));
        } catch (BadMessage e) {
            throw damaged(String.valueOf(e.getMessage()), e);
        }
    }

    @Override
    public Outcome store(AssignmentTable next, long expectedVersion) throws IOException {
        Files.createDirectories(folder);
        try (FileChannel locked = FileChannel.open(lock, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            if (locked.tryLock() == null) {
                throw new IOException("another process is storing a table at " + file);
            }
            long actual = load().map(AssignmentTable::version).orElse(0L);
            if (actual != expectedVersion) {
                return new Outcome.Conflict(actual);
            }
            replace(next);
            return new Outcome.Stored();
        }
    }

    private void replace(AssignmentTable next) throws IOException {
        String json = new String(Json.write(next), StandardCharsets.UTF_8);
        Path beside = folder.resolve(file.getFileName() + ".new");
        try (FileChannel out = FileChannel.open(beside, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING,
                StandardOpenOption.WRITE)) {
            ByteBuffer bytes = StandardCharsets.UTF_8.encode(json + "\n" + CRC + crc(json) + "\n");
            while (bytes.hasRemaining()) {
                out.write(bytes);
            }
            out.force(true);
        }
        Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        try (FileChannel names = FileChannel.open(folder)) {
            names.force(true);
        }
    }

    private static String crc(String json) {
        CRC32C crc = new CRC32C();
        crc.update(json.getBytes(StandardCharsets.UTF_8));
        return String.format(Locale.ROOT, "%08x", crc.getValue());
    }

    private IOException damaged(String why, @Nullable Exception cause) {
        return new IOException("the assignment table " + file + " is damaged (" + why
                + "). Put a good copy in its place, or move it away while the workers run: the table is then rebuilt from what"
                + " they report", cause);
    }
}
