// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.doctor;

import io.natspersist.protocol.StreamName;
import io.natspersist.protocol.StreamPath;
import io.natspersist.protocol.table.Incarnation;
import io.natspersist.worker.change.Change;
import io.natspersist.worker.disk.Disk;
import io.natspersist.worker.disk.VolumeDisk;
import io.natspersist.worker.file.StreamFileInspection;
import io.natspersist.worker.file.StreamFileInspection.Contents;
import io.natspersist.worker.file.StreamFileInspection.Entry;
import io.natspersist.worker.file.StreamFileInspection.Found;
import io.natspersist.worker.file.StreamFileInspection.NotSound;
import io.natspersist.worker.journal.JournalInspection;
import io.natspersist.worker.journal.Journals;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Examines a volume that no worker uses, without changing it: every journal, every stream's file, every slot's catalog, and whether
 * they fit together. Blocking; it reads everything.
 */
public final class VolumeDoctor {

    private static final String STREAMS = "streams";
    private static final String JOURNALS = "journals";
    private static final String CATALOG = "@catalog.";
    /** There where a stream of the slot was ever destroyed. */
    private static final String DESTROYED = "@destroyed";
    /** What may lie beside a catalog. */
    private static final Set<String> MARKS = Set.of(DESTROYED, "@archived", "@incomplete");

    private final Path root;
    private final int slots;
    private final Disk disk;
    private final StreamFileInspection inspection;
    private final Consumer<Finding> findings;
    /** What the journals hold, and what the files have come to. */
    private final Map<StreamName, ChangeNumbers> journaled = new HashMap<>();
    private final Map<StreamName, Long> inFiles = new HashMap<>();
    /** The streams that have a file in the slot that is being examined. */
    private final Set<StreamName> here = new TreeSet<>();
    private int journals;
    private long changes;
    private long files;

    /** How much was looked at. */
    public record Summary(int journals, long changes, long files) {}

    /**
     * @param root the volume
     * @param slots of the cluster
     * @param work an empty folder for copies
     * @param findings is told of each as it is found
     */
    public VolumeDoctor(Path root, int slots, Path work, Consumer<Finding> findings) throws IOException {
        this.root = root;
        this.slots = slots;
        this.disk = new VolumeDisk(root);
        this.inspection = new StreamFileInspection(work);
        this.findings = findings;
    }

    /** Journals that a process is using: nothing can be said of such a volume. */
    public List<Incarnation> inUse() throws IOException {
        List<Incarnation> inUse = new ArrayList<>();
        for (Incarnation journal : journalsOfVolume()) {
            if (JournalInspection.isLocked(disk, journal)) {
                inUse.add(journal);
            }
        }
        return inUse;
    }

    public Summary examine() throws IOException {
        for (Incarnation journal : journalsOfVolume()) {
            examine(journal);
        }
        Path streams = root.resolve(STREAMS);
        if (Files.isDirectory(streams)) {
            for (Path slot : list(streams)) {
                examineSlot(slot);
            }
        }
        journaled.forEach(this::compare);
        return new Summary(journals, changes, files);
    }

    private List<Incarnation> journalsOfVolume() throws IOException {
        return Files.isDirectory(root.resolve(JOURNALS)) ? Journals.list(disk) : List.of();
    }

    // ---- journals

    private void examine(Incarnation journal) {
        String place = JOURNALS + "/" + journal;
        journals++;
        try {
            JournalInspection.Report report = JournalInspection.look(disk, journal, this::take);
            changes += report.changes();
            if (report.damage() != null) {
                found(Finding.damage(place, report.damage()));
            }
            report.unfinished().forEach(name -> found(Finding.meaningless(place + "/" + name,
                    "a segment that was being made, or its second name, when its maker ended",
                    root.resolve(place).resolve(name))));
            report.strange().forEach(name -> found(Finding.note(place + "/" + name, "no journal has such a file")));
        } catch (IOException e) {
            found(Finding.damage(place, "it cannot be read: " + e));
        }
    }

    private void take(Change change) {
        journaled.computeIfAbsent(change.stream(), name -> new ChangeNumbers()).add(change.number());
    }

    // ---- files

    private void examineSlot(Path folder) throws IOException {
        String name = folder.getFileName().toString();
        int slot = name.matches("0|[1-9][0-9]{0,8}") ? Integer.parseInt(name) : -1;
        if (slot < 0 || slot >= slots || !Files.isDirectory(folder)) {
            found(Finding.note(STREAMS + "/" + name, "it is not the folder of one of " + slots + " slots"));
        } else {
            here.clear();
            examineFolder(folder, slot, "");
            examineCatalog(folder);
        }
    }

    /** @param path of the folder below its slot's, empty or ending with a slash */
    private void examineFolder(Path folder, int slot, String path) throws IOException {
        List<String> names = new ArrayList<>();
        List<Path> below = new ArrayList<>();
        for (Path child : list(folder)) {
            if (Files.isDirectory(child, LinkOption.NOFOLLOW_LINKS)) {
                below.add(child);
            } else if (!path.isEmpty() || !child.getFileName().toString().startsWith("@")) {
                names.add(child.getFileName().toString());
            }
        }
        for (Map.Entry<String, List<String>> group : StreamFileInspection.byToken(names).entrySet()) {
            if (group.getKey().isEmpty()) {
                group.getValue().forEach(name -> found(Finding.note(place(folder, name), "no stream has such a file")));
            } else {
                examineStream(folder, slot, path + group.getKey(), group.getValue());
            }
        }
        for (Path child : below) {
            examineFolder(child, slot, path + child.getFileName() + "/");
        }
    }

    // ---- catalogs

    private void examineCatalog(Path folder) throws IOException {
        List<String> names = list(folder).stream().map(path -> path.getFileName().toString())
                .filter(name -> name.startsWith("@")).toList();
        names.stream().filter(name -> !name.startsWith(CATALOG) && !MARKS.contains(name))
                .forEach(name -> found(Finding.note(place(folder, name), "no slot has such a file")));
        List<String> catalog = names.stream().filter(name -> name.startsWith(CATALOG)).toList();
        Found found = inspection.look(folder, catalog);
        report(folder, found, "a good copy, or run 'persist reindex'");
        if (found.damage() != null) {
            found(Finding.damage(place(folder, catalog.getFirst()), found.damage()));
        } else if (found.database() != null) {
            String place = place(folder, found.database());
            try {
                compare(place, inspection.readCatalog(folder, catalog));
            } catch (NotSound e) {
                found(Finding.damage(place, String.valueOf(e.getMessage())));
            } catch (IOException e) {
                found(Finding.damage(place, "it cannot be read: " + e));
            }
        } else if (names.contains(DESTROYED)) {
            found(Finding.damage(place(folder, DESTROYED),
                    "the slot has no catalog, and the numbers of streams that were destroyed are gone with it"));
        } else if (!here.isEmpty()) {
            found(Finding.note(place(folder, null), "the slot has no catalog; 'persist reindex' makes it"));
        }
    }

    private void compare(String place, List<Entry> entries) {
        Set<StreamName> unknown = new TreeSet<>(here);
        for (Entry entry : entries) {
            StreamName stream = entry.stream();
            unknown.remove(stream);
            long inFile = inFiles.getOrDefault(stream, 0L);
            boolean elsewhere = entry.cold() && !here.contains(stream);
            if (!entry.destroyed() && !elsewhere && !here.contains(stream)) {
                found(Finding.damage(place, "the stream " + stream + " is there with its change " + entry.change()
                        + ", but has no file"));
            } else if (inFile < entry.change() && !entry.destroyed() && !elsewhere) {
                found(Finding.damage(place, "the stream " + stream + " had come to change " + entry.change()
                        + ", but its file holds those up to " + inFile + " only"));
            } else if (entry.destroyed() || elsewhere) {
                inFiles.merge(stream, entry.change(), Math::max);
            }
        }
        unknown.forEach(stream -> found(Finding.note(place, "the stream " + stream
                + " has a file and no entry; 'persist reindex' enters it")));
    }

    // ---- streams' files

    /** What is true of a stream's files and a catalog's alike. */
    private void report(Path folder, Found found, String remedy) {
        found.unfinished().forEach(name -> found(Finding.meaningless(place(folder, name),
                "a file that was being made when its maker ended", folder.resolve(name))));
        found.emptyLogs().forEach(name -> found(Finding.meaningless(place(folder, name),
                "an empty log without a database", folder.resolve(name))));
        found.older().forEach(name -> found(Finding.note(place(folder, name),
                "left by an owner that had been succeeded; it is never read")));
        found.setAside().forEach(name -> found(Finding.damage(place(folder, name),
                "it was set aside as damaged: put in its place " + remedy)));
    }

    private void examineStream(Path folder, int slot, String path, List<String> names) throws IOException {
        Found found = inspection.look(folder, names);
        report(folder, found, "a good copy under the name that ends with .db");
        if (found.damage() != null) {
            found(Finding.damage(place(folder, names.getFirst()), found.damage()));
        } else if (found.database() != null) {
            examineDatabase(folder, slot, path, names, place(folder, found.database()));
        }
    }

    private void examineDatabase(Path folder, int slot, String path, List<String> names, String place) {
        files++;
        Optional<StreamName> expected;
        try {
            expected = StreamPath.parse(path);
        } catch (IllegalArgumentException e) {
            found(Finding.damage(place, "its path is not that of any stream: it is never found there"));
            return;
        }
        try {
            Contents contents = inspection.read(folder, names, expected.orElse(null));
            StreamName stream = contents.stream();
            if (stream != null) {
                isIn(stream, contents.change());
                checkPlace(stream, slot, path, place);
            }
        } catch (NotSound e) {
            expected.ifPresent(stream -> isIn(stream, Long.MAX_VALUE));
            found(Finding.damage(place, String.valueOf(e.getMessage())));
        } catch (IOException e) {
            expected.ifPresent(stream -> isIn(stream, Long.MAX_VALUE));
            found(Finding.damage(place, "it cannot be read: " + e));
        }
    }

    private void isIn(StreamName stream, long change) {
        here.add(stream);
        inFiles.merge(stream, change, Math::max);
    }

    private void checkPlace(StreamName stream, int slot, String path, String place) {
        if (!StreamPath.of(stream).equals(path)) {
            found(Finding.damage(place, "it is the file of the stream " + stream + ", which is not looked for there"));
        } else if (stream.slot(slots) != slot) {
            found(Finding.damage(place, "with " + slots + " slots its stream belongs to slot " + stream.slot(slots)
                    + ": it is never found there"));
        }
    }

    // ---- both

    /** Changes that are neither in a stream's file nor in a journal, although later ones are. */
    private void compare(StreamName stream, ChangeNumbers numbers) {
        long inFile = inFiles.getOrDefault(stream, 0L);
        long missing = inFile == Long.MAX_VALUE ? 0 : numbers.firstMissingAbove(inFile);
        if (missing > 0) {
            found(Finding.damage(stream.value(), "its file holds the changes up to " + inFile + ", journals some up to "
                    + numbers.highest() + ", but none of them change " + missing));
        }
    }

    private void found(Finding finding) {
        findings.accept(finding);
    }

    private String place(Path folder, @Nullable String name) {
        return root.relativize(name == null ? folder : folder.resolve(name)).toString();
    }

    private static List<Path> list(Path folder) throws IOException {
        List<Path> children = new ArrayList<>();
        try (DirectoryStream<Path> all = Files.newDirectoryStream(folder)) {
            all.forEach(children::add);
        }
        children.sort(null);
        return children;
    }
}
