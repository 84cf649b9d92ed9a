// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker;

import io.natspersist.metrics.Listen;
import io.natspersist.protocol.BadMessage;
import io.natspersist.protocol.StreamConfig;
import io.natspersist.protocol.Subjects;
import io.natspersist.settings.SharedVariable;
import io.natspersist.transport.nats.NatsOptions;
import io.natspersist.transport.nats.NatsTls;
import io.natspersist.worker.cold.ColdConfig;
import io.natspersist.worker.cold.ColdPlace;
import io.natspersist.worker.cold.S3Config;
import io.natspersist.worker.journal.Durability;
import io.natspersist.worker.journal.JournalConfig;
import io.natspersist.worker.ship.ShipConfig;
import io.natspersist.worker.stream.StreamDefaults;
import io.natspersist.worker.stream.StreamsConfig;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A worker process's settings, from flags {@code --name value} and, where a flag is missing, from the environment
 * {@code PERSIST_NAME}. All mistakes are reported together, misspelled variables too.
 *
 * @param root the volume
 * @param fileThreads how many threads work on streams' files
 * @param drainSeconds how long a worker told to stop may take: half of it for its slots to move away, half to close their files
 * @param metrics where metrics and health are asked; null: nowhere
 * @param cold null: streams are not archived
 * @param ship how the journal is shipped, where the volume is this worker's alone; null: all workers have it
 */
record WorkerSettings(WorkerConfig config, NatsOptions nats, Path root, int fileThreads, int drainSeconds,
        @Nullable Listen metrics, @Nullable ColdConfig cold, @Nullable ShipConfig ship) {

    /** A stream's file, its log as SQLite has it, and the log's lock. */
    private static final int DESCRIPTORS_PER_FILE = 3;
    /** Connections, journals, the JVM's own, and files that are just being closed. */
    private static final int OTHER_DESCRIPTORS = 2_000;
    private static final int FEWEST_FILES = 64;

    /** What says something only where streams are archived. */
    private static final List<WorkerSetting> COLD = List.of(WorkerSetting.S3_ENDPOINT, WorkerSetting.S3_REGION,
            WorkerSetting.S3_PATH_STYLE, WorkerSetting.ARCHIVE_AFTER_SECONDS, WorkerSetting.EVICT_AFTER_SECONDS,
            WorkerSetting.VOLUME_HIGH_WATER, WorkerSetting.RETAIN_VERSIONS_SECONDS, WorkerSetting.COLD_THREADS);

    /** What says something only where the disk is the worker's own. */
    private static final List<WorkerSetting> SHIP = List.of(WorkerSetting.SHIP_MILLIS, WorkerSetting.SHIP_LAG_SECONDS);

    /** Of these, what says something only of S3. */
    private static final List<WorkerSetting> OF_S3 = List.of(WorkerSetting.S3_ENDPOINT, WorkerSetting.S3_REGION,
            WorkerSetting.S3_PATH_STYLE);

    /** @throws IllegalArgumentException listing everything that is wrong */
    static WorkerSettings parse(String[] args, Map<String, String> environment) {
        List<String> mistakes = new ArrayList<>();
        Map<WorkerSetting, String> given = flags(args, mistakes);
        for (WorkerSetting setting : WorkerSetting.values()) {
            String value = environment.get(setting.variable());
            if (value != null) {
                given.putIfAbsent(setting, value);
            }
        }
        SharedVariable.unknown(environment, WorkerSetting.values()).forEach(mistakes::add);
        SharedVariable.mistakes(environment).forEach(mistakes::add);
        Reader from = new Reader(given, mistakes);
        String name = from.read(WorkerSetting.NAME, v -> {
            new WorkerConfig(v, Subjects.ofCluster("x"));
            return v;
        });
        Path root = from.read(WorkerSetting.ROOT, v -> {
            Path path = Path.of(v);
            if (!Files.isDirectory(path)) {
                throw new IllegalArgumentException("there is no folder " + v);
            }
            return path;
        });
        Subjects subjects = given.containsKey(WorkerSetting.PREFIX)
                ? from.read(WorkerSetting.PREFIX, Subjects::new)
                : from.read(WorkerSetting.CLUSTER, Subjects::ofCluster);
        Path credentials = from.file(WorkerSetting.CREDENTIALS);
        NatsTls tls = tls(from);
        Durability durability = from.read(WorkerSetting.DURABILITY,
                v -> Durability.valueOf(v.toUpperCase(Locale.ROOT)));
        Integer fileThreads = from.read(WorkerSetting.FILE_THREADS, v -> positive(v));
        Integer segmentBytes = from.read(WorkerSetting.SEGMENT_BYTES, v -> positive(v));
        Integer heartbeatMillis = from.read(WorkerSetting.HEARTBEAT_MILLIS, v -> positive(v));
        Integer drainSeconds = from.read(WorkerSetting.DRAIN_SECONDS, v -> positive(v));
        Integer openStreams = from.read(WorkerSetting.OPEN_STREAMS, v -> positive(v));
        Integer openFiles = given.containsKey(WorkerSetting.OPEN_FILES)
                ? from.read(WorkerSetting.OPEN_FILES, v -> positive(v))
                : Integer.valueOf(StreamsConfig.DEFAULT.maxOpenFiles());
        Integer idleSeconds = from.read(WorkerSetting.IDLE_SECONDS, v -> positive(v));
        String url = from.read(WorkerSetting.NATS, v -> v);
        StreamDefaults defaults = given.containsKey(WorkerSetting.STREAM_DEFAULTS)
                ? from.read(WorkerSetting.STREAM_DEFAULTS, WorkerSettings::defaults)
                : StreamDefaults.NONE;
        Integer ephemeralBytes = from.read(WorkerSetting.EPHEMERAL_BYTES, v -> positive(v));
        Integer ephemeralIdle = from.read(WorkerSetting.EPHEMERAL_IDLE_SECONDS, v -> positive(v));
        Listen metrics = given.containsKey(WorkerSetting.METRICS)
                ? from.read(WorkerSetting.METRICS, Listen::parse)
                : null;
        ColdConfig cold = cold(from);
        ShipConfig ship = ship(from);
        if (ship == null && durability == Durability.SHIPPED) {
            mistakes.add(WorkerSetting.DURABILITY.flag() + " shipped needs " + WorkerSetting.OWN_DISK.flag()
                    + " true: where all workers have the volume, sync is as much");
        }
        if (ship == null && defaults != null && defaults.has(StreamConfig.Durability.SHIPPED)) {
            mistakes.add(WorkerSetting.STREAM_DEFAULTS.flag() + ": durability shipped needs "
                    + WorkerSetting.OWN_DISK.flag() + " true: where all workers have the volume, sync is as much");
        }
        if (name == null || root == null || subjects == null || durability == null || fileThreads == null
                || segmentBytes == null || heartbeatMillis == null || drainSeconds == null || openStreams == null
                || openFiles == null || idleSeconds == null || url == null || defaults == null || ephemeralBytes == null
                || ephemeralIdle == null || !mistakes.isEmpty()) {
            throw new IllegalArgumentException("the worker cannot start:\n  " + String.join("\n  ", mistakes));
        }
        WorkerConfig config = new WorkerConfig(name, subjects).withJournal(
                JournalConfig.DEFAULT.withDurability(durability).withSegmentBytes(segmentBytes))
                .withStreams(StreamsConfig.DEFAULT.withDefaults(defaults).withOpen(openStreams, openFiles)
                        .withIdle(idleSeconds * 1_000L).withEphemeral(ephemeralBytes, ephemeralIdle * 1_000L))
                .withHeartbeat(heartbeatMillis);
        return new WorkerSettings(config,
                new NatsOptions(url, "persist worker " + name, credentials, null, null, null).withTls(tls),
                root,
                fileThreads, drainSeconds, metrics, cold, ship);
    }

    /** The same with no more open files than a process can have that may open so many descriptors. */
    WorkerSettings within(long descriptors) {
        StreamsConfig streams = config.streams();
        long files = Math.max(FEWEST_FILES, (descriptors - OTHER_DESCRIPTORS) / DESCRIPTORS_PER_FILE);
        return files >= streams.maxOpenFiles()
                ? this
                : new WorkerSettings(config.withStreams(streams.withOpen(streams.maxOpenStreams(), (int) files)), nats,
                        root, fileThreads, drainSeconds, metrics, cold, ship);
    }

    /** Null: it is off, or something is wrong. */
    private static @Nullable ColdConfig cold(Reader from) {
        boolean on = from.given().containsKey(WorkerSetting.S3);
        if (!on) {
            COLD.stream().filter(from.given()::containsKey).forEach(each -> from.mistakes()
                    .add(each.flag() + " says nothing without " + WorkerSetting.S3.flag()));
        }
        ColdPlace place = on ? from.read(WorkerSetting.S3, ColdPlace::of) : null;
        if (place instanceof ColdPlace.Folder) {
            OF_S3.stream().filter(from.given()::containsKey).forEach(each -> from.mistakes()
                    .add(each.flag() + " says nothing of a folder"));
        }
        S3Config any = place instanceof ColdPlace.Bucket(S3Config s3) ? s3 : S3Config.of("s3://any");
        URI endpoint = from.optional(WorkerSetting.S3_ENDPOINT, v -> any.at(URI.create(v), null, false).endpoint());
        String region = from.optional(WorkerSetting.S3_REGION, v -> any.at(null, v, false).region());
        Boolean pathStyle = from.read(WorkerSetting.S3_PATH_STYLE, WorkerSettings::trueOrFalse);
        Integer archiveAfter = from.read(WorkerSetting.ARCHIVE_AFTER_SECONDS, v -> atLeast(0, v));
        Integer evictAfter = from.read(WorkerSetting.EVICT_AFTER_SECONDS, v -> atLeast(0, v));
        Integer highWater = from.read(WorkerSetting.VOLUME_HIGH_WATER, WorkerSettings::percent);
        Integer retain = from.read(WorkerSetting.RETAIN_VERSIONS_SECONDS, v -> atLeast(0, v));
        Integer threads = from.read(WorkerSetting.COLD_THREADS, v -> positive(v));
        return place == null || pathStyle == null || archiveAfter == null || evictAfter == null || highWater == null
                || retain == null || threads == null
                        ? null
                        : new ColdConfig(place instanceof ColdPlace.Bucket
                                ? new ColdPlace.Bucket(any.at(endpoint, region, pathStyle))
                                : place, archiveAfter * 1_000L, evictAfter * 1_000L,
                                highWater, retain * 1_000L, threads);
    }

    /** Null: all workers have the volume, or something is wrong. */
    private static @Nullable ShipConfig ship(Reader from) {
        Boolean ownDisk = from.read(WorkerSetting.OWN_DISK, WorkerSettings::trueOrFalse);
        Integer every = from.read(WorkerSetting.SHIP_MILLIS, v -> positive(v));
        Integer lag = from.read(WorkerSetting.SHIP_LAG_SECONDS, v -> positive(v));
        boolean on = Boolean.TRUE.equals(ownDisk);
        if (on && !from.given().containsKey(WorkerSetting.S3)) {
            from.mistakes().add(WorkerSetting.OWN_DISK.flag() + " needs " + WorkerSetting.S3.flag()
                    + ": what is only on a worker's own disk is gone with it");
        }
        if (!on) {
            SHIP.stream().filter(from.given()::containsKey).forEach(each -> from.mistakes()
                    .add(each.flag() + " says nothing without " + WorkerSetting.OWN_DISK.flag() + " true"));
        }
        if (!on || every == null || lag == null) {
            return null;
        }
        if (every > lag * 1_000L) {
            from.mistakes().add(WorkerSetting.SHIP_MILLIS.flag() + " must not be more than "
                    + WorkerSetting.SHIP_LAG_SECONDS.flag());
            return null;
        }
        return new ShipConfig(every, lag * 1_000L);
    }

    private static @Nullable NatsTls tls(Reader from) {
        try {
            return NatsTls.of(from.file(WorkerSetting.TLS_CA), from.file(WorkerSetting.TLS_CERT),
                    from.file(WorkerSetting.TLS_KEY));
        } catch (IllegalArgumentException e) {
            from.mistakes().add(WorkerSetting.TLS_CERT.flag() + " and " + WorkerSetting.TLS_KEY.flag() + ": "
                    + e.getMessage());
            return null;
        }
    }

    private static Path readable(String file) {
        Path path = Path.of(file);
        if (!Files.isReadable(path)) {
            throw new IllegalArgumentException("there is no such file, or it cannot be read");
        }
        return path;
    }

    private static StreamDefaults defaults(String file) {
        try {
            return StreamDefaults.read(Files.readAllBytes(Path.of(file)));
        } catch (IOException | BadMessage e) {
            throw new IllegalArgumentException(e.toString(), e);
        }
    }

    private static Map<WorkerSetting, String> flags(String[] args, List<String> mistakes) {
        Map<WorkerSetting, String> given = new EnumMap<>(WorkerSetting.class);
        for (int i = 0; i < args.length; i++) {
            WorkerSetting setting = setting(args[i]);
            if (setting == null) {
                mistakes.add("'" + args[i] + "' is not one of " + Arrays.stream(WorkerSetting.values())
                        .map(WorkerSetting::flag).collect(Collectors.joining(" ")));
            } else if (i + 1 == args.length) {
                mistakes.add(setting.flag() + " needs a value: " + setting.meaning());
            } else {
                given.put(setting, args[++i]);
            }
        }
        return given;
    }

    private static @Nullable WorkerSetting setting(String flag) {
        return Arrays.stream(WorkerSetting.values()).filter(each -> each.flag().equals(flag)).findFirst().orElse(null);
    }

    private static int positive(String text) {
        int value = Integer.parseInt(text);
        if (value < 1) {
            throw new IllegalArgumentException("must be positive");
        }
        return value;
    }

    private static int atLeast(int least, String text) {
        int value = Integer.parseInt(text);
        if (value < least) {
            throw new IllegalArgumentException("must be at least " + least);
        }
        return value;
    }

    private static int percent(String text) {
        int value = atLeast(0, text);
        if (value > 99) {
            throw new IllegalArgumentException("must be 0 to 99");
        }
        return value;
    }

    private static boolean trueOrFalse(String text) {
        return switch (text) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new IllegalArgumentException("must be true or false");
        };
    }

    private record Reader(Map<WorkerSetting, String> given, List<String> mistakes) {

        /** Null: none was given. */
        @Nullable
        Path file(WorkerSetting setting) {
            return optional(setting, WorkerSettings::readable);
        }

        /** Null: it was not given, or it is wrong. */
        <T> @Nullable T optional(WorkerSetting setting, Function<String, T> parse) {
            return given.containsKey(setting) ? read(setting, parse) : null;
        }

        <T> @Nullable T read(WorkerSetting setting, Function<String, T> parse) {
            String value = given.getOrDefault(setting, setting.fallback());
            if (value.isEmpty()) {
                mistakes.add(setting.flag() + " is missing: " + setting.meaning());
                return null;
            }
            try {
                return parse.apply(value);
            } catch (IllegalArgumentException e) {
                mistakes.add(setting.flag() + " '" + value + "' is not " + setting.meaning() + " (" + e.getMessage()
                        + ")");
                return null;
            }
        }
    }
}
