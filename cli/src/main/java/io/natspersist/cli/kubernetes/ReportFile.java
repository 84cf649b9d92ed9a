// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.kubernetes;

import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** A zip of texts, redacted. What cannot be had is left out, and said so in its last file. */
final class ReportFile implements AutoCloseable {

    /** Gives a text, or fails as the API server does. */
    interface Source {
        String text() throws IOException;
    }

    private final ZipOutputStream zip;
    private final List<String> missing = new ArrayList<>();
    private int files;

    ReportFile(Path file) throws IOException {
        zip = new ZipOutputStream(Files.newOutputStream(file), StandardCharsets.UTF_8);
    }

    void add(String name, Source source) throws IOException {
        String text;
        try {
            text = source.text();
        } catch (KubernetesClientException e) {
            missing.add(name + ": " + ApiFailure.message(e));
            return;
        }
        write(name, Redaction.of(text));
    }

    /** What could not be had, a line each. */
    List<String> missing() {
        return List.copyOf(missing);
    }

    int files() {
        return files;
    }

    private void write(String name, String text) throws IOException {
        zip.putNextEntry(new ZipEntry(name));
        zip.write(text.getBytes(StandardCharsets.UTF_8));
        zip.closeEntry();
        files++;
    }

    @Override
    public void close() throws IOException {
        try (zip) {
            if (!missing.isEmpty()) {
                write("missing.txt", Redaction.of(String.join("\n", missing) + "\n"));
            }
        }
    }
}
