// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.disk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;

/** A folder of a mounted file system; on a network, NFS 4.1 or later, mounted {@code hard}, with locks. */
public final class VolumeDisk implements Disk {

    private final Path root;
    private final FileStore store;
    private final Set<StandardOpenOption> opening;

    /** @param root an existing folder */
    public VolumeDisk(Path root) throws IOException {
        this(root, Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE));
    }

    private VolumeDisk(Path root, Set<StandardOpenOption> opening) throws IOException {
        this.root = root;
        this.store = Files.getFileStore(root);
        this.opening = opening;
    }

    /** For looking only: what is opened cannot be written or locked. */
    public static VolumeDisk readOnly(Path root) throws IOException {
        return new VolumeDisk(root, Set.of(StandardOpenOption.READ));
    }

    @Override
    public void createFolders(String folder) throws IOException {
        Files.createDirectories(path(folder));
    }

    @Override
    public List<String> list(String folder) throws IOException {
        List<String> names = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(path(folder))) {
            entries.forEach(entry -> names.add(entry.getFileName().toString()));
        } catch (NoSuchFileException | NotDirectoryException e) {
            return List.of();
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        Collections.sort(names);
        return names;
    }

    @Override
    public DiskFile createNew(String name) throws IOException {
        try {
            return new ChannelFile(FileChannel.open(path(name), StandardOpenOption.CREATE_NEW, StandardOpenOption.READ,
                    StandardOpenOption.WRITE), 0);
        } catch (FileAlreadyExistsException e) {
            throw new NameExists(name);
        }
    }

    @Override
    public DiskFile open(String name) throws IOException {
        FileChannel channel = FileChannel.open(path(name), opening);
        return new ChannelFile(channel, channel.size());
    }

    @Override
    public void link(String existing, String newName) throws IOException {
        try {
            Files.createLink(path(newName), path(existing));
        } catch (FileAlreadyExistsException e) {
            throw new NameExists(newName);
        }
    }

    @Override
    public void delete(String name) throws IOException {
        Files.deleteIfExists(path(name));
    }

    @Override
    public void deleteFolder(String folder) throws IOException {
        Files.deleteIfExists(path(folder));
    }

    @Override
    public void forceFolder(String folder) throws IOException {
        try (FileChannel channel = FileChannel.open(path(folder), StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    @Override
    public long usableBytes() throws IOException {
        return store.getUsableSpace();
    }

    /** How much of the volume is in use, in percent of what can be used by this process; 0 where that cannot be told. */
    public int usedPercent() {
        try {
            long usable = store.getUsableSpace();
            long used = store.getTotalSpace() - store.getUnallocatedSpace();
            return used + usable <= 0 ? 0 : (int) (100 * used / (used + usable));
        } catch (IOException e) {
            return 0; // whoever writes is told
        }
    }

    private Path path(String relative) {
        return relative.isEmpty() ? root : root.resolve(relative);
    }

    /** One descriptor, through which its file is locked, written, read and forced. */
    private static final class ChannelFile implements DiskFile {

        /** The JDK copies what it writes into a buffer off the heap, and keeps that buffer: larger writes come in slices. */
        private static final int SLICE = 1 << 20;

        private final FileChannel channel;
        private long end;

        ChannelFile(FileChannel channel, long end) {
            this.channel = channel;
            this.end = end;
        }

        @Override
        public boolean tryLock() throws IOException {
            try {
                return channel.tryLock() != null;
            } catch (OverlappingFileLockException e) {
                return false;
            }
        }

        @Override
        public void append(ByteBuffer bytes) throws IOException {
            int limit = bytes.limit();
            while (bytes.position() < limit) {
                bytes.limit(Math.min(limit, bytes.position() + SLICE));
                end += channel.write(bytes, end);
            }
            bytes.limit(limit);
        }

        @Override
        public void force() throws IOException {
            channel.force(false);
        }

        @Override
        public int read(long position, ByteBuffer into) throws IOException {
            int total = 0;
            while (into.hasRemaining()) {
                int n = channel.read(into, position + total);
                if (n < 0) {
                    break;
                }
                total += n;
            }
            return total;
        }

        @Override
        public long size() throws IOException {
            return channel.size();
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }
}
