// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.replay;

import io.natspersist.cli.demo.TypedText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;

/**
 * Editing to replay: the recorded traces in {@code $PERSIST_TRACES}, else in {@code ../shared/data} beside the repository; where
 * there are none, a generated one.
 */
public final class Traces {

    private Traces() {}

    public static List<EditTrace> all() throws IOException {
        Path folder = folder();
        if (!Files.isDirectory(folder)) {
            long seed = System.nanoTime();
            System.out.println("no recorded traces in " + folder + "; one is generated, seed " + seed);
            return List.of(generated(seed));
        }
        List<EditTrace> traces = new ArrayList<>();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.filter(path -> path.toString().endsWith(".json.gz")).sorted().toList()) {
                traces.add(EditTraceFile.read(file));
            }
        }
        return traces;
    }

    /** Some 20,000 keystrokes. */
    static EditTrace generated(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        StringBuilder text = new StringBuilder();
        while (text.length() < 15_000) {
            int letters = 1 + random.nextInt(9);
            for (int i = 0; i < letters; i++) {
                text.appendCodePoint(random.nextInt(50) == 0 ? 0x1F400 + random.nextInt(60) : 'a' + random.nextInt(26));
            }
            text.append(random.nextInt(12) == 0 ? ".\n" : " ");
        }
        return TypedText.type("generated", text.toString(), random);
    }

    private static Path folder() {
        String named = System.getenv("PERSIST_TRACES");
        if (named != null) {
            return Path.of(named);
        }
        Path root = Path.of("").toAbsolutePath();
        while (root.getParent() != null && !Files.exists(root.resolve("persist"))) {
            root = root.getParent();
        }
        return root.resolveSibling("shared").resolve("data");
    }
}
