// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.disk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import java.util.function.Predicate;

/**
 * A volume in memory that several nodes have mounted, as hostile as a network file system may be. A node is a process on a machine
 * of its own. All chance comes from the seed.
 * <ul>
 * <li>{@link #kill}: the node's process dies; its machine's page cache reaches the volume, its locks go.
 * <li>{@link #loseUnforced(Object)}: its machine dies; of what it had not forced any part is lost, names and bytes, and its locks
 * go when the lease is over.
 * <li>{@link #loseUnforced()}: the volume and every node lose power.
 * <li>{@link #takeLocks}: the node was cut off for longer than the lease and comes back: its locks are gone, it does not know, and
 * what it writes through a formerly locked file goes nowhere. It is told once, by a failing write or force; the force after that
 * returns success.
 * <li>For {@link #STALE_MILLIS} after {@code open} or {@code delete} found no file, they go on finding none on that node.
 * <li>Closing any descriptor of a file drops the process's lock on it, without a word.
 * </ul>
 * Thread-safe.
 */
public final class FakeDisk {

    public static final long STALE_MILLIS = 30_000;

    /** Is called before every operation of every node; may throw to make it fail. A failing append has written a part. */
    public interface Step {
        /** @param number counts the operations of all nodes, from 1 */
        void before(long number, Object node, String operation, String path) throws IOException;
    }

    private final SplittableRandom random;
    private final LongSupplier millis;
    private final Folder root = new Folder();
    private final Map<Object, Mount> mounts = new LinkedHashMap<>();
    /** Every file that may have unforced bytes. */
    private final Set<File> dirty = new LinkedHashSet<>();
    private final Set<Folder> dirtyFolders = new LinkedHashSet<>();
    private final Set<File> locked = new LinkedHashSet<>();
    private Step step = (number, node, operation, path) -> {};
    private long steps;
    private long leaseMillis = 10_000;
    private long usable = 1L << 50;

    /** @param millis the time, for leases and stale look-ups */
    public FakeDisk(long seed, LongSupplier millis) {
        this.random = new SplittableRandom(seed);
        this.millis = millis;
    }

    /** The volume as the node sees it: the same until the node dies, a new one afterwards. */
    public synchronized Disk mount(Object node) {
        return mounts.computeIfAbsent(node, Mount::new);
    }

    /** The node's process ends. Nothing is lost. */
    public synchronized void kill(Object node) {
        Mount mount = mounts.remove(node);
        if (mount != null) {
            mount.dead = true;
            locked.removeIf(file -> file.unlockIf(mount));
        }
    }

    /** The node's machine ends. */
    public synchronized void loseUnforced(Object node) {
        Mount mount = mounts.remove(node);
        if (mount == null) {
            return;
        }
        mount.dead = true;
        lose(mount::equals);
        for (File file : locked) {
            if (file.owner == mount) {
                file.lockedUntil = millis.getAsLong() + leaseMillis;
            }
        }
    }

    /** The volume's machine ends, and every node with it. */
    public synchronized void loseUnforced() {
        mounts.values().forEach(mount -> mount.dead = true);
        mounts.clear();
        lose(writer -> true);
        locked.forEach(file -> file.owner = null);
        locked.clear();
    }

    /** The node's leases ran out while it was cut off: others may lock what it had locked. */
    public synchronized void takeLocks(Object node) {
        Mount mount = mounts.get(node);
        if (mount == null) {
            return;
        }
        for (File file : List.copyOf(locked)) {
            if (file.owner == mount) {
                file.owner = null;
                locked.remove(file);
                file.fenced.add(mount);
                if (file.writer == mount) {
                    file.loseUnforced(random, false);
                }
                mount.handles.stream().filter(h -> h.file == file).forEach(h -> h.toldOfLoss = false);
            }
        }
    }

    /** For how long a dead machine's locks stay. */
    public synchronized void setLeaseMillis(long lease) {
        leaseMillis = lease;
    }

    /** Free space from now on; what is written uses it up, what is deleted gives it back. */
    public synchronized void setUsableBytes(long bytes) {
        usable = bytes;
    }

    public synchronized void onStep(Step hook) {
        step = hook;
    }

    /** The operation with this number fails, once. */
    public void failAt(long number, IOException error) {
        onStep((n, node, operation, path) -> {
            if (n == number) {
                throw error;
            }
        });
    }

    /** How many operations there have been. */
    public synchronized long steps() {
        return steps;
    }

    /** What a file holds, unforced bytes too. */
    public synchronized byte[] contents(String path) {
        try {
            return file(path).copy();
        } catch (NoSuchFileException e) {
            throw new AssertionError(path + " does not exist", e);
        }
    }

    /** Puts a file on the volume, or other bytes into one that is there, durable. */
    public synchronized void put(String path, byte[] bytes) {
        try {
            mkdirs(parent(path), null);
            Folder folder = folder(parent(path));
            if (!(folder.names.get(name(path)) instanceof File)) {
                folder.change(null, name(path), new File());
            }
            folder.force();
            File file = file(path);
            file.replace(bytes);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** A volume with what would be left of this one if nothing that is not forced survived. */
    public synchronized FakeDisk durable() {
        FakeDisk left = new FakeDisk(0, millis);
        copyDurable(root, left.root);
        return left;
    }

    private static void copyDurable(Folder from, Folder to) {
        from.durable.forEach((name, what) -> {
            if (what instanceof Folder folder) {
                Folder copy = to.disk().new Folder();
                to.names.put(name, copy);
                copyDurable(folder, copy);
            } else if (what instanceof File file) {
                to.names.put(name, file.durable());
            }
        });
    }

    /** A folder's names, sorted. */
    public synchronized List<String> names(String folder) {
        try {
            return List.copyOf(folder(folder).names.keySet());
        } catch (NoSuchFileException e) {
            return List.of();
        }
    }

    private void lose(Predicate<Mount> whose) {
        for (Folder folder : List.copyOf(dirtyFolders)) {
            folder.loseUnforced(whose, random);
        }
        for (File file : List.copyOf(dirty)) {
            if (file.writer != null && whose.test(file.writer)) {
                file.loseUnforced(random, true);
                dirty.remove(file);
            }
        }
    }

    private Folder folder(String path) throws NoSuchFileException {
        Folder at = root;
        if (!path.isEmpty()) {
            for (String name : path.split("/")) {
                if (!(at.names.get(name) instanceof Folder next)) {
                    throw new NoSuchFileException(path);
                }
                at = next;
            }
        }
        return at;
    }

    private File file(String path) throws NoSuchFileException {
        if (folder(parent(path)).names.get(name(path)) instanceof File file) {
            return file;
        }
        throw new NoSuchFileException(path);
    }

    private void mkdirs(String path, Mount by) {
        Folder at = root;
        if (path.isEmpty()) {
            return;
        }
        for (String name : path.split("/")) {
            Object next = at.names.get(name);
            if (!(next instanceof Folder)) {
                next = new Folder();
                at.change(by, name, next);
            }
            at = (Folder) next;
        }
    }

    private static String parent(String path) {
        int slash = path.lastIndexOf('/');
        return slash < 0 ? "" : path.substring(0, slash);
    }

    private static String name(String path) {
        return path.substring(path.lastIndexOf('/') + 1);
    }

    /** Names, and what happened to them since they were last forced. */
    private final class Folder {
        private final TreeMap<String, Object> names = new TreeMap<>();
        private Map<String, Object> durable = new HashMap<>();
        private List<NameChange> unforced = new ArrayList<>();

        FakeDisk disk() {
            return FakeDisk.this;
        }

        void change(Mount by, String name, Object now) {
            apply(name, now);
            unforced.add(new NameChange(by, name, now));
            dirtyFolders.add(this);
        }

        private void apply(String name, Object now) {
            Object before = now == null ? names.remove(name) : names.put(name, now);
            if (now instanceof File file) {
                file.links++;
            }
            if (before instanceof File file && --file.links == 0) {
                usable += file.size;
            }
        }

        void force() {
            durable = new HashMap<>(names);
            unforced = new ArrayList<>();
            dirtyFolders.remove(this);
        }

        void loseUnforced(Predicate<Mount> whose, SplittableRandom random) {
            List<NameChange> kept = new ArrayList<>();
            for (NameChange change : unforced) {
                if (change.by != null && whose.test(change.by) && random.nextBoolean()) {
                    continue;
                }
                kept.add(change);
            }
            long before = usable;
            List.copyOf(names.keySet()).forEach(name -> apply(name, null));
            durable.forEach(this::apply);
            kept.forEach(change -> apply(change.name, change.now));
            usable = before;
            force();
        }
    }

    private record NameChange(Mount by, String name, Object now) {}

    /** Bytes, of which those from {@code forced} on are in some page cache only, and a lock. */
    private static final class File {
        private byte[] bytes = new byte[256];
        /** Bytes below this are another file's too, as long as neither changes them. */
        private int shared;
        private int size;
        private int forced;
        private int links;
        private Mount writer;
        private Mount owner;
        private long lockedUntil = Long.MAX_VALUE;
        /** Those whose lock was taken away, and whose writes go nowhere. */
        private final Set<Mount> fenced = new LinkedHashSet<>();

        /** What is forced of it. */
        File durable() {
            File copy = new File();
            copy.bytes = bytes;
            copy.size = forced;
            copy.forced = forced;
            copy.shared = Integer.MAX_VALUE;
            shared = Math.max(shared, forced);
            return copy;
        }

        private void beforeChange(int position) {
            if (position < shared) {
                bytes = bytes.clone();
                shared = 0;
            }
        }

        void write(int position, byte[] source, int length) {
            beforeChange(position);
            if (position + length > bytes.length) {
                bytes = Arrays.copyOf(bytes, Math.max(position + length, 2 * bytes.length));
            }
            System.arraycopy(source, 0, bytes, position, length);
            size = Math.max(size, position + length);
            forced = Math.min(forced, position);
        }

        void replace(byte[] with) {
            bytes = with.clone();
            shared = 0;
            size = with.length;
            forced = size;
        }

        byte[] copy() {
            return Arrays.copyOf(bytes, size);
        }

        /** @param tear not only the end may go, but also what lies before something that stays */
        void loseUnforced(SplittableRandom random, boolean tear) {
            beforeChange(forced);
            int kept = forced + random.nextInt(size - forced + 1);
            if (tear && kept > forced && random.nextBoolean()) {
                int from = forced + random.nextInt(kept - forced);
                int to = from + random.nextInt(Math.min(512, kept - from)) + 1;
                Arrays.fill(bytes, from, to, (byte) 0);
            }
            Arrays.fill(bytes, kept, size, (byte) 0);
            size = kept;
            forced = kept;
        }

        boolean unlockIf(Mount by) {
            if (owner != by) {
                return false;
            }
            owner = null;
            return true;
        }
    }

    /** The volume as one node's process sees it. */
    private final class Mount implements Disk {
        private final Object node;
        private final Map<String, Long> missingUntil = new HashMap<>();
        private final Set<Handle> handles = new LinkedHashSet<>();
        private boolean dead;

        Mount(Object node) {
            this.node = node;
        }

        private void step(String operation, String path) throws IOException {
            if (dead) {
                throw new IOException("the process of " + node + " is gone");
            }
            step.before(++steps, node, operation, path);
            if (dead) {
                throw new IOException("the process of " + node + " has gone");
            }
        }

        @Override
        public void createFolders(String folder) throws IOException {
            synchronized (FakeDisk.this) {
                step("createFolders", folder);
                mkdirs(folder, this);
            }
        }

        @Override
        public List<String> list(String folder) throws IOException {
            synchronized (FakeDisk.this) {
                step("list", folder);
                return names(folder);
            }
        }

        @Override
        public DiskFile createNew(String path) throws IOException {
            synchronized (FakeDisk.this) {
                step("createNew", path);
                File file = new File();
                give(path, file);
                return new Handle(this, file, path);
            }
        }

        private void give(String path, File file) throws IOException {
            Folder folder = folder(parent(path));
            if (folder.names.containsKey(name(path))) {
                throw new NameExists(path);
            }
            folder.change(this, name(path), file);
            missingUntil.remove(path);
        }

        @Override
        public DiskFile open(String path) throws IOException {
            synchronized (FakeDisk.this) {
                step("open", path);
                return new Handle(this, lookUp(path), path);
            }
        }

        private File lookUp(String path) throws IOException {
            long now = millis.getAsLong();
            if (missingUntil.getOrDefault(path, Long.MIN_VALUE) > now) {
                throw new NoSuchFileException(path);
            }
            try {
                return file(path);
            } catch (NoSuchFileException e) {
                missingUntil.put(path, now + STALE_MILLIS);
                throw e;
            }
        }

        @Override
        public void link(String existing, String newName) throws IOException {
            synchronized (FakeDisk.this) {
                step("link", newName);
                give(newName, file(existing));
            }
        }

        @Override
        public void delete(String path) throws IOException {
            synchronized (FakeDisk.this) {
                step("delete", path);
                try {
                    lookUp(path);
                    folder(parent(path)).change(this, name(path), null);
                } catch (NoSuchFileException e) {
                    // as asked
                }
            }
        }

        @Override
        public void deleteFolder(String folder) throws IOException {
            synchronized (FakeDisk.this) {
                step("deleteFolder", folder);
                Folder parent = folder(parent(folder));
                if (parent.names.get(name(folder)) instanceof Folder found) {
                    if (!found.names.isEmpty()) {
                        throw new DirectoryNotEmptyException(folder);
                    }
                    parent.change(this, name(folder), null);
                }
            }
        }

        @Override
        public void forceFolder(String folder) throws IOException {
            synchronized (FakeDisk.this) {
                step("forceFolder", folder);
                folder(folder).force();
            }
        }

        @Override
        public long usableBytes() throws IOException {
            synchronized (FakeDisk.this) {
                step("usableBytes", "");
                return Math.max(0, usable);
            }
        }
    }

    private final class Handle implements Disk.DiskFile {
        private final Mount mount;
        private final File file;
        private final String path;
        private int end;
        private boolean closed;
        /** False: the lock was taken away, and no write or force has failed for it yet. */
        private boolean toldOfLoss = true;

        Handle(Mount mount, File file, String path) {
            this.mount = mount;
            this.file = file;
            this.path = path;
            this.end = file.size;
            mount.handles.add(this);
        }

        private void step(String operation) throws IOException {
            if (closed) {
                throw new IOException(path + " is closed");
            }
            mount.step(operation, path);
        }

        @Override
        public boolean tryLock() throws IOException {
            synchronized (FakeDisk.this) {
                step("tryLock");
                if (file.owner != null && file.lockedUntil > millis.getAsLong()) {
                    return false;
                }
                file.owner = mount;
                file.lockedUntil = Long.MAX_VALUE;
                file.fenced.remove(mount);
                locked.add(file);
                return true;
            }
        }

        @Override
        public void append(ByteBuffer source) throws IOException {
            synchronized (FakeDisk.this) {
                byte[] added = new byte[source.remaining()];
                source.get(added);
                try {
                    step("append");
                } catch (IOException | RuntimeException | Error e) {
                    if (!closed && !mount.dead) {
                        write(added, random.nextInt(added.length + 1));
                    }
                    throw e;
                }
                if (!toldOfLoss && random.nextInt(4) == 0) {
                    toldOfLoss = true;
                    throw new IOException("Input/output error: " + path);
                }
                if (added.length > usable) {
                    write(added, (int) Math.max(0, usable));
                    throw new IOException("No space left on device: " + path);
                }
                write(added, added.length);
            }
        }

        private void write(byte[] added, int length) {
            if (!file.fenced.contains(mount)) {
                file.write(end, added, length);
                file.writer = mount;
                dirty.add(file);
                usable -= length;
            }
            end += length;
        }

        @Override
        public void force() throws IOException {
            synchronized (FakeDisk.this) {
                step("force");
                if (!toldOfLoss) {
                    toldOfLoss = true;
                    throw new IOException("Input/output error: " + path);
                }
                if (!file.fenced.contains(mount)) {
                    file.forced = file.size;
                    dirty.remove(file);
                }
            }
        }

        @Override
        public int read(long position, ByteBuffer into) throws IOException {
            synchronized (FakeDisk.this) {
                step("read");
                int n = (int) Math.max(0, Math.min(into.remaining(), file.size - position));
                into.put(file.bytes, (int) Math.min(position, file.size), n);
                return n;
            }
        }

        @Override
        public long size() throws IOException {
            synchronized (FakeDisk.this) {
                step("size");
                return file.size;
            }
        }

        @Override
        public void close() throws IOException {
            synchronized (FakeDisk.this) {
                if (!closed) {
                    step("close");
                    closed = true;
                    mount.handles.remove(this);
                    if (file.unlockIf(mount)) {
                        locked.remove(file);
                    }
                }
            }
        }
    }
}
