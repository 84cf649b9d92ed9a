// SPDX-License-Identifier: Apache-2.0
package io.natspersist.coordinator;

import io.natspersist.metrics.Listen;
import io.natspersist.protocol.Subjects;
import io.natspersist.settings.SharedVariable;
import java.nio.file.InvalidPathException;
import io.natspersist.transport.nats.NatsTls;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a coordinator's process is told, by flags ({@code --dead-after-millis 6000} or {@code --dead-after-millis=6000}) or, where
 * there is no flag, by the environment ({@code PERSIST_COORDINATOR_DEAD_AFTER_MILLIS}).
 *
 * @param table the file that keeps the assignment table
 * @param nats comma-separated URLs
 * @param credentials a NATS credentials file
 * @param tls files for TLS; null: as the URLs say
 * @param metrics where metrics and health are asked; null: nowhere
 */
record CoordinatorOptions(CoordinatorConfig config, Path table, String nats, @Nullable Path credentials,
        @Nullable NatsTls tls, @Nullable Listen metrics) {

    /** @throws IllegalArgumentException with a line for everything that is wrong */
    static CoordinatorOptions parse(List<String> arguments, Map<String, String> environment) {
        List<String> problems = new ArrayList<>();
        Map<CoordinatorSetting, String> given = new LinkedHashMap<>();
        readEnvironment(environment, given, problems);
        readFlags(arguments, given, problems);
        SharedVariable.mistakes(environment).forEach(problems::add);
        Values values = new Values(given, problems);
        CoordinatorOptions options = values.options();
        if (options == null || !problems.isEmpty()) {
            throw new IllegalArgumentException(String.join("\n", problems));
        }
        return options;
    }

    static String help() {
        StringBuilder help = new StringBuilder("persist-coordinator [--key value]...\n");
        for (CoordinatorSetting key : CoordinatorSetting.values()) {
            help.append(String.format("  %-24s %s%s%n", key.flag(), key.meaning(),
                    key.fallback().isEmpty() ? "" : " (" + key.fallback() + ")"));
        }
        return help.append("Each can be given in the environment too, as ").append(CoordinatorSetting.ENVIRONMENT)
                .append("<KEY>.\n")
                .toString();
    }

    private static void readEnvironment(Map<String, String> environment, Map<CoordinatorSetting, String> given,
            List<String> problems) {
        environment.forEach((name, value) -> {
            if (name.startsWith(CoordinatorSetting.ENVIRONMENT)) {
                CoordinatorSetting key = key(name.substring(CoordinatorSetting.ENVIRONMENT.length()));
                if (key == null) {
                    problems.add("there is no " + name);
                } else {
                    given.put(key, value);
                }
            }
        });
    }

    private static void readFlags(List<String> arguments, Map<CoordinatorSetting, String> given,
            List<String> problems) {
        for (int i = 0; i < arguments.size(); i++) {
            String argument = arguments.get(i);
            int equals = argument.indexOf('=');
            String flag = equals < 0 ? argument : argument.substring(0, equals);
            CoordinatorSetting key = flag.startsWith("--") ? key(flag.substring(2).replace('-', '_')) : null;
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

    private static @Nullable CoordinatorSetting key(String name) {
        for (CoordinatorSetting key : CoordinatorSetting.values()) {
            if (key.name().equalsIgnoreCase(name)) {
                return key;
            }
        }
        return null;
    }

    private record Values(Map<CoordinatorSetting, String> given, List<String> problems) {

        @Nullable
        CoordinatorOptions options() {
            Path table = path(CoordinatorSetting.TABLE);
            if (text(CoordinatorSetting.TABLE).isEmpty()) {
                problems.add(CoordinatorSetting.TABLE.flag() + " is missing: " + CoordinatorSetting.TABLE.meaning());
            }
            Path credentials = path(CoordinatorSetting.CREDENTIALS);
            NatsTls tls = tls();
            CoordinatorConfig config = config();
            Listen metrics = metrics();
            return table == null || config == null
                    ? null
                    : new CoordinatorOptions(config, table, text(CoordinatorSetting.NATS), credentials, tls,
                            metrics);
        }

        private @Nullable NatsTls tls() {
            try {
                return NatsTls.of(path(CoordinatorSetting.TLS_CA), path(CoordinatorSetting.TLS_CERT),
                        path(CoordinatorSetting.TLS_KEY));
            } catch (IllegalArgumentException e) {
                problems.add(CoordinatorSetting.TLS_CERT.flag() + " and " + CoordinatorSetting.TLS_KEY.flag() + ": "
                        + e.getMessage());
                return null;
            }
        }

        private @Nullable CoordinatorConfig config() {
            int slots = (int) number(CoordinatorSetting.SLOTS, CoordinatorConfig.DEFAULT_SLOTS);
            long heartbeat = number(CoordinatorSetting.HEARTBEAT_MILLIS, 1_000);
            long deadAfter = number(CoordinatorSetting.DEAD_AFTER_MILLIS, 6_000);
            int batch = (int) number(CoordinatorSetting.HANDOVER_BATCH, Math.max(1, slots / 16));
            long grace = number(CoordinatorSetting.REBUILD_GRACE_MILLIS, 6_000);
            try {
                String prefix = text(CoordinatorSetting.PREFIX).isEmpty()
                        ? Subjects.ofCluster(text(CoordinatorSetting.CLUSTER)).prefix()
                        : text(CoordinatorSetting.PREFIX);
                return new CoordinatorConfig(prefix, slots, heartbeat, deadAfter, batch, grace, Map.of());
            } catch (IllegalArgumentException e) {
                problems.add(String.valueOf(e.getMessage()));
                return null;
            }
        }

        private @Nullable Listen metrics() {
            String text = text(CoordinatorSetting.METRICS);
            try {
                return text.isEmpty() ? null : Listen.parse(text);
            } catch (IllegalArgumentException e) {
                problems.add(CoordinatorSetting.METRICS.flag() + " '" + text + "': " + e.getMessage());
                return null;
            }
        }

        private String text(CoordinatorSetting key) {
            return given.getOrDefault(key, key.fallback());
        }

        private @Nullable Path path(CoordinatorSetting key) {
            try {
                return text(key).isEmpty() ? null : Path.of(text(key));
            } catch (InvalidPathException e) {
                problems.add(key.flag() + " is no path: " + e.getMessage());
                return null;
            }
        }

        private long number(CoordinatorSetting key, long fallback) {
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
