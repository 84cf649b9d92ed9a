// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.cold;

import io.natspersist.worker.cold.ObjectStoreException.Kind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.util.Collection;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Objects as files of a folder: of a cheaper volume, where there is no S3, or of this machine's disk, for a look at it. Conditions
 * hold among all processes that lock the folder's file {@code lock}, on NFS those of other machines too. A list reads all names below the
 * folder that its prefix names.
 */
public final class FolderObjectStore implements ObjectStore {

    private static final int PAGE = 1_000;
    /** What a process's threads take before the lock that other processes see, which does not keep them apart. */
    private static final ReentrantLock OF_THIS_PROCESS = new ReentrantLock();

    private final Path objects;
    private final Path unfinished;
    private final Path lock;

    private FolderObjectStore(Path folder) {
        this.objects = folder.resolve("objects");
        this.unfinished = folder.resolve("unfinished");
        this.lock = folder.resolve("lock");
    }

    /** Makes the folder where it is missing. */
    public static FolderObjectStore open(Path folder) {
        FolderObjectStore store = new FolderObjectStore(folder);
        return call("opening " + folder, () -> {
            Files.createDirectories(store.objects);
            Files.createDirectories(store.unfinished);
            return store;
        });
    }

    @Override
    public String put(String key, ByteBuffer bytes, Condition condition) {
        String what = "put of " + key;
        return call(what, () -> {
            Path unfinishedFile = Files.createTempFile(unfinished, "put", "");
            try {
                writeForced(unfinishedFile, bytes.duplicate());
                locked(() -> {
                    Path file = objects.resolve(FolderKeys.path(key));
                    String there = tagOf(file);
                    boolean holds = switch (condition) {
                        case Condition.Absent _ -> there == null;
                        case Condition.Unchanged(String tag) -> tag.equals(there);
                    };
                    if (!holds) {
                        throw new ObjectStoreException(Kind.CONFLICT, what + ": "
                                + (there == null ? "nothing is there" : "an object with tag " + there + " is there"),
                                null);
                    }
                    Path parent = parent(file);
                    Files.createDirectories(parent);
                    Files.move(unfinishedFile, file, StandardCopyOption.ATOMIC_MOVE,
                            StandardCopyOption.REPLACE_EXISTING);
                    for (Path made = parent; !made.equals(objects); made = parent(made)) {
                        force(made);
                    }
                    force(objects);
                });
            } finally {
                Files.deleteIfExists(unfinishedFile);
            }
            return tag(bytes.duplicate());
        });
    }

    @Override
    public Optional<Stored> get(String key, long maxBytes) {
        return read(key, channel -> {
            if (channel.size() > maxBytes) {
                throw new ObjectStoreException(Kind.DAMAGED, "get of " + key + ": it has " + channel.size()
                        + " bytes, at most " + maxBytes + " were expected", null);
            }
            byte[] bytes = bytes(channel, 0, (int) channel.size());
            return new Stored(bytes, tag(ByteBuffer.wrap(bytes)));
        });
    }

    @Override
    public Optional<byte[]> get(String key, long position, int length) {
        return read(key, channel -> {
            if (length > 0 && position + length > channel.size()) {
                throw new ObjectStoreException(Kind.DAMAGED, "get of " + key + ": it has " + channel.size()
                        + " bytes, not " + length + " from " + position, null);
            }
            return bytes(channel, position, length);
        });
    }

    @Override
    public void delete(Collection<String> keys) {
        for (String key : keys) {
            call("delete of " + key, () -> {
                locked(() -> {
                    Path file = objects.resolve(FolderKeys.path(key));
                    if (Files.deleteIfExists(file)) {
                        deleteEmpty(parent(file));
                    }
                });
                return key;
            });
        }
    }

    /** Folders of which no object is left; somebody may put one there at the same time, but not without the lock. */
    private void deleteEmpty(Path folder) throws IOException {
        for (Path empty = folder; !empty.equals(objects); empty = parent(empty)) {
            try (var names = Files.newDirectoryStream(empty)) {
                if (names.iterator().hasNext()) {
                    return;
                }
            }
            Files.delete(empty);
        }
    }

    @Override
    public List<Found> list(String keyPrefix, @Nullable String after) {
        return call("list of " + keyPrefix, () -> {
            Comparator<Found> order = Comparator.comparing(Found::key, FolderKeys.ORDER);
            PriorityQueue<Found> first = new PriorityQueue<>(order.reversed());
            Path below = objects.resolve(FolderKeys.folder(keyPrefix));
            if (!Files.isDirectory(below)) {
                return List.of();
            }
            Files.walkFileTree(below, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                    String key = FolderKeys.key(objects.relativize(file));
                    if (key.startsWith(keyPrefix) && (after == null || FolderKeys.ORDER.compare(key, after) > 0)) {
                        first.add(new Found(key, attributes.size()));
                        if (first.size() > PAGE) {
                            first.remove();
                        }
                    }
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
                    if (e instanceof NoSuchFileException) {
                        return FileVisitResult.CONTINUE; // it was deleted meanwhile
                    }
                    throw e;
                }
            });
            return first.stream().sorted(order).toList();
        });
    }

    private <T> Optional<T> read(String key, Read<T> read) {
        return call("get of " + key, () -> {
            try (FileChannel channel = FileChannel.open(objects.resolve(FolderKeys.path(key)))) {
                return Optional.of(read.from(channel));
            } catch (NoSuchFileException e) {
                return Optional.empty();
            }
        });
    }

    private static byte[] bytes(FileChannel channel, long position, int length) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(length);
        while (bytes.hasRemaining()) {
            if (channel.read(bytes, position + bytes.position()) < 0) {
                throw new IOException("it ends after " + (position + bytes.position()) + " bytes");
            }
        }
        return bytes.array();
    }

    private static @Nullable String tagOf(Path file) throws IOException {
        try {
            return tag(ByteBuffer.wrap(Files.readAllBytes(file)));
        } catch (NoSuchFileException e) {
            return null;
        }
    }

    private static String tag(ByteBuffer bytes) {
        MessageDigest digest = Hash.digest();
        digest.update(bytes);
        return HexFormat.of().formatHex(digest.digest());
    }

    private static void writeForced(Path file, ByteBuffer bytes) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(true);
        }
    }

    private static void force(Path folder) throws IOException {
        try (FileChannel channel = FileChannel.open(folder)) {
            channel.force(true);
        }
    }

    private static Path parent(Path path) {
        return Objects.requireNonNull(path.getParent(), "a path below the folder");
    }

    private void locked(Task task) throws IOException {
        OF_THIS_PROCESS.lock();
        try (FileChannel channel = FileChannel.open(lock, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            channel.lock(); // closing lets go of it
            task.run();
        } finally {
            OF_THIS_PROCESS.unlock();
        }
    }

    private static <T> T call(String what, Call<T> call) {
        try {
            return call.run();
        } catch (AccessDeniedException e) {
            throw new ObjectStoreException(Kind.REFUSED, what + ": " + e, e);
        } catch (IOException e) {
            throw new ObjectStoreException(Kind.UNAVAILABLE, what + ": " + e, e);
        }
    }

    private interface Call<T> {
        T run() throws IOException;
    }

    private interface Task {
        void run() throws IOException;
    }

    private interface Read<T> {
        T from(FileChannel channel) throws IOException;
    }
}
