// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.ship;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What former processes left on a worker's own disk: others may have gone on from the bucket meanwhile, so nobody reads it again. It is
 * set aside for people in {@code <root>/void/<number>}; of several, the newest is kept. Blocking; before the disk is used.
 */
public final class VoidHistory {

    private static final Logger LOG = LoggerFactory.getLogger(VoidHistory.class);
    private static final String VOID = "void";
    private static final List<String> OURS = List.of("journals", "streams");

    private VoidHistory() {}

    /** It may be called again after a failure, and does nothing where there is nothing. */
    public static void setAside(Path root) throws IOException {
        List<Path> found = OURS.stream().map(root::resolve).filter(Files::exists).toList();
        if (found.isEmpty()) {
            return;
        }
        Path aside = root.resolve(VOID);
        List<Long> older = numbers(aside);
        long number = older.stream().mapToLong(Long::longValue).max().orElse(0) + 1;
        Path target = Files.createDirectories(aside.resolve(Long.toString(number)));
        for (Path each : found) {
            Files.move(each, target.resolve(each.getFileName()), StandardCopyOption.ATOMIC_MOVE);
        }
        LOG.info("what a former process left on this disk is set aside in {}", target);
        for (long each : older) {
            delete(aside.resolve(Long.toString(each)));
        }
    }

    private static List<Long> numbers(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        List<Long> numbers = new ArrayList<>();
        try (Stream<Path> entries = Files.list(folder)) {
            entries.map(each -> each.getFileName().toString()).filter(name -> name.matches("[0-9]{1,18}"))
                    .forEach(name -> numbers.add(Long.valueOf(name)));
        }
        return numbers;
    }

    private static void delete(Path folder) throws IOException {
        Files.walkFileTree(folder, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.delete(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path visited, @Nullable IOException e) throws IOException {
                if (e != null) {
                    throw e;
                }
                Files.delete(visited);
                return FileVisitResult.CONTINUE;
            }
        });
    }
}
