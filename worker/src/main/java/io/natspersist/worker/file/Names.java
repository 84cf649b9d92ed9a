// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.file;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The names on the volume, and a memory of which names the folders of this process's slots hold, so that asking for a stream that has no file costs nothing once its
 * folder was listed, however many streams there are. Only a listing says whether a name exists (a look-up may be answered
 * from an old "no"); it stays true until this process changes the folder, for nobody else may while it owns the slot.
 * Keeps a bounded number of names, of the folders asked for last.
 */
final class Names {
    private final Volume volume;
    private final Path root;
    private final int maxNames;
    /** Held while a folder of the slot is listed or changed, so that no listing misses a change; a stall holds up one slot. */
    private final Map<Integer, Object> slotLocks = new ConcurrentHashMap<>();
    /** Folders to names, the one asked for last at the end; guarded by this. */
    private final LinkedHashMap<Path, NavigableSet<String>> folders = new LinkedHashMap<>(16, 0.75f, true);
    private int names;

    Names(Volume volume, Path root, int maxNames) {
        this.volume = volume;
        this.root = root;
        this.maxNames = maxNames;
    }

    /** The names in a stream's folder that begin with its token and a dot. */
    NavigableSet<String> of(StreamPlace place) throws IOException {
        synchronized (slotLock(place.slot())) {
            Path folder = root.resolve(Integer.toString(place.slot()));
            for (String child : place.folders()) {
                if (!names(folder, place.slot()).contains(child)) {
                    return new TreeSet<>();
                }
                folder = folder.resolve(child);
            }
            // '/' follows '.'
            return new TreeSet<>(names(folder, place.slot()).subSet(place.token() + ".", place.token() + "/"));
        }
    }

    /** Whether the slot's folder holds such a name. */
    boolean has(int slot, String name) throws IOException {
        synchronized (slotLock(slot)) {
            return names(root.resolve(Integer.toString(slot)), slot).contains(name);
        }
    }

    /** Makes a file in the slot's folder, its bytes and its name durable. */
    void writeInSlot(int slot, String name, byte[] bytes) throws IOException {
        synchronized (slotLock(slot)) {
            Path folder = root.resolve(Integer.toString(slot));
            volume.write(folder.resolve(name), bytes);
            volume.forceFolder(folder);
            add(folder, name);
        }
    }

    /** A fresh listing of a folder of the slot. */
    NavigableSet<String> listed(int slot, List<String> below) throws IOException {
        Path folder = root.resolve(Integer.toString(slot));
        for (String child : below) {
            folder = folder.resolve(child);
        }
        return volume.list(folder);
    }

    /** Makes the stream's folder and those above it durable, where they hold nothing yet. */
    void makeFolders(StreamPlace place) throws IOException {
        synchronized (slotLock(place.slot())) {
            Path folder = root.resolve(Integer.toString(place.slot()));
            for (String child : place.folders()) {
                NavigableSet<String> siblings = names(folder, place.slot());
                Path made = folder.resolve(child);
                if (!siblings.contains(child) || names(made, place.slot()).isEmpty()) {
                    volume.makeFolder(made);
                    add(folder, child);
                }
                folder = made;
            }
        }
    }

    Path path(StreamPlace place, FileName name) {
        return place.folder(root).resolve(name.toString());
    }

    void rename(StreamPlace place, FileName from, FileName to) throws IOException {
        synchronized (slotLock(place.slot())) {
            Path folder = place.folder(root);
            volume.rename(folder.resolve(from.toString()), folder.resolve(to.toString()));
            remove(folder, from.toString());
            add(folder, to.toString());
        }
    }

    /** Writes a whole file, its bytes durable, under a name of no meaning until it is renamed. */
    void write(StreamPlace place, FileName name, byte[] bytes) throws IOException {
        volume.write(path(place, name), bytes);
        added(place, name);
    }

    void added(StreamPlace place, FileName name) {
        synchronized (slotLock(place.slot())) {
            add(place.folder(root), name.toString());
        }
    }

    /** Removes a name that this process made and that nobody relied upon. */
    void takeBack(StreamPlace place, FileName name) throws IOException {
        synchronized (slotLock(place.slot())) {
            volume.delete(path(place, name));
            remove(place.folder(root), name.toString());
        }
    }

    /** Makes the names in the stream's folder durable. */
    void force(StreamPlace place) throws IOException {
        volume.forceFolder(place.folder(root));
    }

    /** What is known of the stream's folder may be wrong. */
    void distrust(StreamPlace place) {
        synchronized (slotLock(place.slot())) {
            forget(place.folder(root));
        }
    }

    void forgetSlot(int slot) {
        synchronized (slotLock(slot)) {
            forget(root.resolve(Integer.toString(slot)));
        }
    }

    /** Removes the slot's folder with all that is in it. */
    void discardSlot(int slot) throws IOException {
        synchronized (slotLock(slot)) {
            Path folder = root.resolve(Integer.toString(slot));
            forget(folder);
            volume.deleteTree(folder);
        }
    }

    private Object slotLock(int slot) {
        return slotLocks.computeIfAbsent(slot, s -> new Object());
    }

    private NavigableSet<String> names(Path folder, int slot) throws IOException {
        NavigableSet<String> known = known(folder);
        if (known != null) {
            return known;
        }
        if (folder.equals(root.resolve(Integer.toString(slot)))) {
            // Making it says whether it exists; what is asked for a name that was not there once may be an old "no".
            volume.makeFolder(folder);
        }
        NavigableSet<String> listed = volume.list(folder);
        keep(folder, listed);
        return listed;
    }

    private synchronized @Nullable NavigableSet<String> known(Path folder) {
        return folders.get(folder);
    }

    private synchronized void keep(Path folder, NavigableSet<String> listed) {
        folders.put(folder, listed);
        names += weight(listed);
        Iterator<NavigableSet<String>> oldest = folders.values().iterator();
        while (names > maxNames && folders.size() > 1) {
            names -= weight(oldest.next());
            oldest.remove();
        }
    }

    private synchronized void add(Path folder, String name) {
        NavigableSet<String> known = folders.get(folder);
        if (known != null && known.add(name)) {
            names++;
        }
    }

    private synchronized void remove(Path folder, String name) {
        NavigableSet<String> known = folders.get(folder);
        if (known != null && known.remove(name)) {
            names--;
        }
    }

    private synchronized void forget(Path folder) {
        for (Iterator<Map.Entry<Path, NavigableSet<String>>> all = folders.entrySet().iterator(); all.hasNext();) {
            Map.Entry<Path, NavigableSet<String>> entry = all.next();
            if (entry.getKey().startsWith(folder)) {
                names -= weight(entry.getValue());
                all.remove();
            }
        }
    }

    /** An empty folder is worth remembering, and costs as well. */
    private static int weight(NavigableSet<String> names) {
        return 1 + names.size();
    }
}
