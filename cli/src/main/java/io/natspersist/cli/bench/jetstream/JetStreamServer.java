// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.bench.jetstream;

import io.natspersist.cli.local.NatsServerBinary;
import io.natspersist.cli.local.NatsServerProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** A nats-server with JetStream and nothing else configured than where its files are and when they are forced. */
final class JetStreamServer {

    /** It looks at all its streams before it listens. */
    private static final Duration PATIENCE = Duration.ofMinutes(10);

    private JetStreamServer() {}

    /** @param directory where one may have been before */
    static NatsServerProcess start(Path directory, SyncInterval sync) throws IOException {
        Files.createDirectories(directory);
        Path configuration = directory.resolve("nats-server.conf");
        Files.writeString(configuration, "jetstream {\n  store_dir: \"" + directory.resolve("data") + "\"\n  "
                + sync.configuration() + "\n}\n");
        return NatsServerProcess.start(NatsServerBinary.find(System.getenv()), 0, directory.resolve("nats-server.log"),
                List.of("-c", configuration.toString()), PATIENCE);
    }
}
