// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.demo;

import io.natspersist.cli.archive.RestoredStream;
import io.natspersist.cli.demo.Demo.Finding;
import io.natspersist.cli.local.ClusterConfig;
import io.natspersist.client.KeyEntry;
import io.natspersist.client.PersistClient;
import io.natspersist.client.StreamHandle;
import io.natspersist.client.StreamMessage;
import io.natspersist.client.StreamVersion;
import io.natspersist.worker.cold.ColdPlace;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;

/** What the cold tier, which is a folder here, does with streams that nobody uses, and what it still knows of others. */
final class ColdScene {

    /** In a hurry: what takes minutes and days otherwise is to be seen within seconds. */
    private static final List<String> HURRY = List.of("--archive-after-seconds", "1", "--evict-after-seconds", "3",
            "--idle-seconds", "1");

    private final ClusterConfig config;
    private final PersistClient client;

    ColdScene(ClusterConfig config, PersistClient client) {
        this.config = config;
        this.client = client;
    }

    /** A cluster that archives its streams in a folder beside its volume. */
    static ClusterConfig tiered(ClusterConfig config) {
        List<String> flags = new ArrayList<>(List.of("--s3", url(config)));
        flags.addAll(HURRY);
        return config.withWorkerFlags(flags);
    }

    static String url(ClusterConfig config) {
        return new ColdPlace.Folder(folder(config)).url();
    }

    static Path folder(ClusterConfig config) {
        return config.directory().resolve("cold");
    }

    /** Bytes of the files of streams whose name ends so, on the volume. */
    long onVolume(String lastToken) throws IOException {
        return bytes(config.volume(), lastToken + "\\.[0-9]+\\.db.*");
    }

    /** The same of their copies. */
    long inCopies(String lastToken) throws IOException {
        return bytes(folder(config), lastToken + "\\..*");
    }

    private static long bytes(Path below, String name) throws IOException {
        AtomicLong sum = new AtomicLong();
        Files.walkFileTree(below, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                if (file.getFileName().toString().matches(name)) {
                    sum.addAndGet(attributes.size());
                }
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException gone) {
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path folder, IOException gone) {
                return FileVisitResult.CONTINUE;
            }
        });
        return sum.get();
    }

    /** Empties a key-value store, and finds what it held in a version of it. */
    List<Finding> lookBack(String name, Map<String, String> held) throws IOException, InterruptedException {
        StreamHandle stream = client.stream(name);
        long change = stream.info().position().change();
        boolean archived = Demo
                .eventually(() -> stream.versions().stream().anyMatch(v -> v.position().change() == change));
        stream.deleteAll();
        if (!archived) {
            return List.of(new Finding("the settings were archived", false));
        }
        StreamVersion version = stream.versions().stream().filter(v -> v.position().change() == change).findFirst()
                .orElseThrow();
        StreamHandle found = client.stream(name + "-before");
        RestoredStream restored = new RestoredStream(stream.past(version), found, System::currentTimeMillis);
        restored.copy(RestoredStream.requireEmpty(found));
        String time = Instant.ofEpochMilli(version.time()).truncatedTo(ChronoUnit.SECONDS).toString();
        return List.of(
                new Finding(String.format("deleted by mistake, all %d settings of %s are back, in %s",
                        restored.stored(), time, found.name()),
                        restored.stored() == held.size() && contents(found).equals(held)),
                new Finding("the store itself is as it was left, empty", contents(stream).isEmpty()));
    }

    private Map<String, String> contents(StreamHandle stream) {
        Map<String, String> all = new TreeMap<>();
        for (KeyEntry key : stream.keys()) {
            stream.get(key.key()).map(StreamMessage::text).ifPresent(value -> all.put(key.key(), value));
        }
        return all;
    }
}
