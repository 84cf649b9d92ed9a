// SPDX-License-Identifier: Apache-2.0
package io.natspersist.e2e.kubernetes;

import io.natspersist.e2e.DocumentationTest;
import io.natspersist.transport.nats.NatsServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;

/** What runs in the tests' pods: the images that {@code ./persist images} has made, and this machine's nats-server. */
final class Images {

    private static final String NATS = "localhost/nats-server:test";
    private static final String PUBLIC_NATS = "nats:2";

    private Images() {}

    /**
     * Gives them to every node, where that can be done.
     *
     * @return the name of nats-server's image
     * @throws IllegalStateException where they have not been made
     */
    static String load(TestCluster cluster) {
        if (!cluster.takesImages()) {
            return PUBLIC_NATS;
        }
        List<Path> files = files();
        files.forEach(cluster::load);
        remove(files);
        return NATS;
    }

    /**
     * As files, of which the last is made for the purpose.
     *
     * @throws IllegalStateException where the others have not been made
     */
    static List<Path> files() {
        Path made = DocumentationTest.root().resolve("target/images");
        List<Path> files = new ArrayList<>();
        for (String name : List.of("persist-operator.tar", "persist-worker.tar")) {
            if (!Files.exists(made.resolve(name))) {
                throw new IllegalStateException(made.resolve(name) + " is not there: make it with ./persist images");
            }
            System.out.println(name + ", made at " + lastModified(made.resolve(name)));
            files.add(made.resolve(name));
        }
        files.add(nats());
        return files;
    }

    private static FileTime lastModified(Path file) {
        try {
            return Files.getLastModifiedTime(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Removes what was made for the purpose. */
    static void remove(List<Path> files) {
        try {
            Files.delete(files.getLast());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path nats() {
        try {
            Path file = Files.createTempFile("nats-server", ".tar");
            ImageFile.write(file, NATS, NatsServer.binary(), "--addr", "0.0.0.0", "--port", "4222");
            return file;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
