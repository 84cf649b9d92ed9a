// SPDX-License-Identifier: Apache-2.0
package io.natspersist.coordinator;

import io.natspersist.protocol.Subjects;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a coordinator's process is told, by flags ({@code --dead-after-millis 6000} or {@code --dead-after-millis=6000}) or, where
 * there is no flag, by the environment ({@code PERSIST_COORDINATOR_DEAD_AFTER_MILLIS}).
 *
 * @param table the file that keeps the assignment table
 * @param nats comma-separated URLs
 * @param credentials a NATS credentials file
 */
record CoordinatorOptions(CoordinatorConfig config, Path table, String nats, @Nullable Path credentials) {

    static final String ENVIRONMENT = "PERSIST_COORDINATOR_";

    /** Every key, what it is without being told, and what it means. */
    enum Key {
        // @formatter:off
        CLUSTER("default", "name of the cluster; its subjects begin with persist.<cluster>"),
        PREFIX("", "the subjects' prefix, in place of the cluster's name"),
        TABLE("", "file that keeps the assignment table; required"),
        NATS("nats://127.0.0.1:4222", "URLs of NATS servers, comma-separated"),
        CREDENTIALS("", "file with NATS credentials"),
        SLOTS("1024", "into how many slots streams are hashed; never changes for a cluster"),
        HEARTBEAT_MILLIS("1000", "how often workers send heartbeats"),
        DEAD_AFTER_MILLIS("6000", "a worker silent for that long is dead"),
        HANDOVER_BATCH("", "how many slots move at a time; a sixteenth of all"),
        REBUILD_GRACE_MILLIS("6000", "how long a lost table waits for workers to report");
        // @formatter:on

        final String fallback;
        final String meaning;

        Key(String fallback, String meaning) {
            this.fallback = fallback;
            this.meaning = meaning;
        }

        String flag() {
            return "--" + name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    /** @throws IllegalArgumentException with a line for everything that is wrong */
    static CoordinatorOptions parse(List<String> arguments, Map<String, String> environment) {
        List<String> problems = new ArrayList<>();
        Map<Key, String> given = new LinkedHashMap<>();
        readEnvironment(environment, given, problems);
        readFlags(arguments, given, problems);
        Values values = new Values(given, problems);
        CoordinatorOptions options = values.options();
        if (options == null || !problems.isEmpty()) {
            throw new IllegalArgumentException(String.join("\n", problems));
        }
        return options;
    }

    static String help() {
        StringBuilder help = new StringBuilder("persist-coordinator [--key value]...\n");
        for (Key key : Key.values()) {
            help.append(String.format("  %-24s %s%s%n", key.flag(), key.meaning,
                    key.fallback.isEmpty() ? "" : " (" + key.fallback + ")"));
        }
        return help.append("Each can be given in the environment too, as ").append(ENVIRONMENT).append("<KEY>.\n")
                .toString();
    }

    private static void readEnvironment(Map<String, String> environment, Map<Key, String> given,
            List<String> problems) {
        environment.forEach((name, value) -> {
            if (name.startsWith(ENVIRONMENT)) {
                Key key = key(name.substring(ENVIRONMENT.length()));
                if (key == null) {
                    problems.add("there is no " + name);
                } else {
                    given.put(key, value);
                }
            }
        });
    }

    private static void readFlags(List<String> arguments, Map<Key, String> given, List<String> problems) {
        for (int i = 0; i < arguments.size(); i++) {
            String argument = arguments.get(i);
            int equals = argument.indexOf('=');
            String flag = equals < 0 ? argument : argument.substring(0, equals);
            Key key = flag.startsWith("--") ? key(flag.substring(2).replace('-', '_')) : null;
            if (key == null) {
                problems.add("there is no " + flag);
            } else if (equals >= 0) {
                given.put(key, argument.substring(equals + 1));
            } else if (i + 1 < arguments.size()) {
                given.put(key, arguments.get(++i));
            } else {
                problems.add(flag + " needs a value");
            }
        }
    }

    private static @Nullable Key key(String name) {
        for (Key key : Key.values()) {
            if (key.name().equalsIgnoreCase(name)) {
                return key;
            }
        }
        return null;
    }

    private record Values(Map<Key, String> given, List<String> problems) {

        @Nullable
        CoordinatorOptions options() {
            Path table = path(Key.TABLE);
            if (text(Key.TABLE).isEmpty()) {
                problems.add(Key.TABLE.flag() + " is missing: " + Key.TABLE.meaning);
            }
            Path credentials = path(Key.CREDENTIALS);
            CoordinatorConfig config = config();
            return table == null || config == null
                    ? null
                    : new CoordinatorOptions(config, table, text(Key.NATS), credentials);
        }

        private @Nullable CoordinatorConfig config() {
            int slots = (int) number(Key.SLOTS, CoordinatorConfig.DEFAULT_SLOTS);
            long heartbeat = number(Key.HEARTBEAT_MILLIS, 1_000);
            long deadAfter = number(Key.DEAD_AFTER_MILLIS, 6_000);
            int batch = (int) number(Key.HANDOVER_BATCH, Math.max(1, slots / 16));
            long grace = number(Key.REBUILD_GRACE_MILLIS, 6_000);
            try {
                String prefix = text(Key.PREFIX).isEmpty()
                        ? Subjects.ofCluster(text(Key.CLUSTER)).prefix()
                        : text(Key.PREFIX);
                return new CoordinatorConfig(prefix, slots, heartbeat, deadAfter, batch, grace, Map.of());
            } catch (IllegalArgumentException e) {
                problems.add(String.valueOf(e.getMessage()));
                return null;
            }
        }

        private String text(Key key) {
            return given.getOrDefault(key, key.fallback);
        }

        private @Nullable Path path(Key key) {
            try {
                return text(key).isEmpty() ? null : Path.of(text(key));
            } catch (InvalidPathException e) {
                problems.add(key.flag() + " is no path: " + e.getMessage());
                return null;
            }
        }

        private long number(Key key, long fallback) {
            String text = text(key);
            if (text.isEmpty()) {
                return fallback;
            }
            try {
                return Integer.parseInt(text);
            } catch (NumberFormatException e) {
                problems.add(key.flag() + " must be a number, not '" + text + "'");
                return fallback;
            }
        }
    }
}
