// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker;

import io.natspersist.protocol.Subjects;
import io.natspersist.transport.nats.NatsOptions;
import io.natspersist.worker.journal.Durability;
import io.natspersist.worker.journal.JournalConfig;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A worker process's settings, from flags {@code --name value} and, where a flag is missing, from the environment
 * {@code PERSIST_NAME}. All mistakes are reported together.
 *
 * @param root the volume
 * @param fileThreads how many threads work on streams' files
 * @param drainSeconds how long a worker told to stop may take: half of it for its slots to move away, half to close their files
 */
record WorkerSettings(WorkerConfig config, NatsOptions nats, Path root, int fileThreads, int drainSeconds) {

    /** Flag -> what it is, for the message about mistakes. */
    private static final Map<String, String> FLAGS = Map.of(
            "name", "the worker's name, unique in the cluster",
            "root", "the volume, an existing folder",
            "nats", "where NATS is, such as nats://127.0.0.1:4222",
            "cluster", "the cluster's name (default: default)",
            "durability", "sync (default) or relaxed",
            "file-threads", "threads that work on streams' files (default: 4)",
            "segment-bytes", "size at which the journal begins a new segment (default: 16777216)",
            "drain-seconds", "how long a stop may take: half of it for slots to move away (default: 20)");

    /** @throws IllegalArgumentException listing everything that is wrong */
    static WorkerSettings parse(String[] args, Map<String, String> environment) {
        List<String> mistakes = new ArrayList<>();
        Map<String, String> given = flags(args, mistakes);
        FLAGS.keySet().forEach(flag -> {
            String value = environment.get("PERSIST_" + flag.toUpperCase(Locale.ROOT).replace('-', '_'));
            if (value != null) {
                given.putIfAbsent(flag, value);
            }
        });
        Reader from = new Reader(given, mistakes);
        String name = from.read("name", null, v -> {
            new WorkerConfig(v, Subjects.ofCluster("x"));
            return v;
        });
        Path root = from.read("root", null, v -> {
            Path path = Path.of(v);
            if (!Files.isDirectory(path)) {
                throw new IllegalArgumentException("there is no folder " + v);
            }
            return path;
        });
        Subjects subjects = from.read("cluster", "default", Subjects::ofCluster);
        Durability durability = from.read("durability", "sync", v -> Durability.valueOf(v.toUpperCase(Locale.ROOT)));
        Integer fileThreads = from.read("file-threads", "4", v -> positive(v));
        Integer segmentBytes = from.read("segment-bytes", "16777216", v -> positive(v));
        Integer drainSeconds = from.read("drain-seconds", "20", v -> positive(v));
        String url = from.read("nats", "nats://127.0.0.1:4222", v -> v);
        if (name == null || root == null || subjects == null || durability == null || fileThreads == null
                || segmentBytes == null || drainSeconds == null || url == null || !mistakes.isEmpty()) {
            throw new IllegalArgumentException("the worker cannot start:\n  " + String.join("\n  ", mistakes));
        }
        WorkerConfig config = new WorkerConfig(name, subjects).withJournal(
                JournalConfig.DEFAULT.withDurability(durability).withSegmentBytes(segmentBytes));
        return new WorkerSettings(config, new NatsOptions(url, "persist worker " + name), root, fileThreads,
                drainSeconds);
    }

    private static Map<String, String> flags(String[] args, List<String> mistakes) {
        Map<String, String> given = new HashMap<>();
        for (int i = 0; i < args.length; i++) {
            String flag = args[i].startsWith("--") ? args[i].substring(2) : "";
            if (!FLAGS.containsKey(flag)) {
                mistakes.add("'" + args[i] + "' is not one of --" + String.join(" --", Set.copyOf(FLAGS.keySet())));
            } else if (i + 1 == args.length) {
                mistakes.add("--" + flag + " needs a value: " + FLAGS.get(flag));
            } else {
                given.put(flag, args[++i]);
            }
        }
        return given;
    }

    private static int positive(String text) {
        int value = Integer.parseInt(text);
        if (value < 1) {
            throw new IllegalArgumentException("must be positive");
        }
        return value;
    }

    private record Reader(Map<String, String> given, List<String> mistakes) {

        <T> @Nullable T read(String flag, @Nullable String otherwise, Function<String, T> parse) {
            String value = given.getOrDefault(flag, otherwise);
            if (value == null) {
                mistakes.add("--" + flag + " is missing: " + FLAGS.get(flag));
                return null;
            }
            try {
                return parse.apply(value);
            } catch (IllegalArgumentException e) {
                mistakes.add("--" + flag + " '" + value + "' is not " + FLAGS.get(flag) + " (" + e.getMessage() + ")");
                return null;
            }
        }
    }
}
