// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.local;

import io.natspersist.cli.terminal.ExitCode;
import io.natspersist.cli.terminal.Failure;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/** Where nats-server is: {@code $PERSIST_NATS_SERVER}, else where the launcher put it, else the path. */
public final class NatsServerBinary {

    private NatsServerBinary() {}

    /** @throws Failure when there is none; the message says what to do */
    public static Path find(Map<String, String> environment) {
        String named = environment.get("PERSIST_NATS_SERVER");
        if (named != null && !named.isEmpty()) {
            return Path.of(named);
        }
        return fromCache(environment).or(() -> fromPath(environment))
                .orElseThrow(() -> new Failure(ExitCode.FAILED,
                        "there is no nats-server here; './persist setup' fetches it"));
    }

    private static Optional<Path> fromCache(Map<String, String> environment) {
        String home = environment.getOrDefault("HOME", System.getProperty("user.home"));
        String cache = environment.getOrDefault("XDG_CACHE_HOME", home + "/.cache");
        String own = environment.getOrDefault("PERSIST_CACHE", cache + "/persist");
        return Optional.of(Path.of(own, "nats-server", "nats-server")).filter(Files::isExecutable);
    }

    private static Optional<Path> fromPath(Map<String, String> environment) {
        for (String folder : environment.getOrDefault("PATH", "").split(File.pathSeparator)) {
            Path candidate = Path.of(folder, "nats-server");
            if (Files.isExecutable(candidate)) {
                return Optional.of(candidate);
            }
        }
        return Optional.empty();
    }
}
