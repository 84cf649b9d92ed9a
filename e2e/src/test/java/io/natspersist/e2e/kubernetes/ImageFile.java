// SPDX-License-Identifier: Apache-2.0
package io.natspersist.e2e.kubernetes;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * An image with one program that needs nothing but the kernel, as a file that {@code docker load} and {@code ctr images import}
 * take: tar files in a tar file, https://github.com/moby/docker-image-spec.
 */
final class ImageFile {

    private static final int BLOCK = 512;

    private ImageFile() {}

    /**
     * @param name such as {@code localhost/nats-server:test}
     * @param program ends up as {@code /program}
     */
    static void write(Path file, String name, Path program, String... arguments) throws IOException {
        Path layer = Files.createTempFile("layer", ".tar");
        try {
            MessageDigest digest = sha256();
            try (OutputStream out = new DigestOutputStream(new BufferedOutputStream(Files.newOutputStream(layer)),
                    digest)) {
                entry(out, "program", program, 0755);
                end(out);
            }
            String diff = HexFormat.of().formatHex(digest.digest());
            byte[] config = config(diff, arguments).getBytes(StandardCharsets.UTF_8);
            String id = HexFormat.of().formatHex(sha256().digest(config));
            String manifest = """
                    [{"Config": "%s.json", "RepoTags": ["%s"], "Layers": ["%s.tar"]}]""".formatted(id, name, diff);
            try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file))) {
                entry(out, id + ".json", config);
                entry(out, "manifest.json", manifest.getBytes(StandardCharsets.UTF_8));
                entry(out, diff + ".tar", layer, 0644);
                end(out);
            }
        } finally {
            Files.delete(layer);
        }
    }

    private static String config(String diff, String... arguments) {
        StringBuilder command = new StringBuilder("\"/program\"");
        for (String argument : arguments) {
            command.append(", \"").append(argument).append('"');
        }
        return """
                {"architecture": "amd64", "os": "linux", "created": "1970-01-01T00:00:00Z",
                 "config": {"Entrypoint": [%s], "User": "65532:65532"},
                 "rootfs": {"type": "layers", "diff_ids": ["sha256:%s"]},
                 "history": [{"created": "1970-01-01T00:00:00Z"}]}""".formatted(command, diff);
    }

    private static void entry(OutputStream out, String name, byte[] content) throws IOException {
        header(out, name, content.length, 0644);
        out.write(content);
        pad(out, content.length);
    }

    private static void entry(OutputStream out, String name, Path content, int mode) throws IOException {
        long size = Files.size(content);
        header(out, name, size, mode);
        Files.copy(content, out);
        pad(out, size);
    }

    /** As ustar has it: numbers are octal digits, the sum is that of all bytes with its own field as spaces. */
    private static void header(OutputStream out, String name, long size, int mode) throws IOException {
        byte[] header = new byte[BLOCK];
        put(header, 0, name);
        put(header, 100, "%07o".formatted(mode));
        put(header, 108, "%07o".formatted(0));
        put(header, 116, "%07o".formatted(0));
        put(header, 124, "%011o".formatted(size));
        put(header, 136, "%011o".formatted(0));
        put(header, 148, "        ");
        put(header, 156, "0");
        put(header, 257, "ustar\u000000");
        int sum = 0;
        for (byte each : header) {
            sum += each & 0xff;
        }
        put(header, 148, "%06o\u0000 ".formatted(sum));
        out.write(header);
    }

    private static void put(byte[] header, int at, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(bytes, 0, header, at, bytes.length);
    }

    private static void pad(OutputStream out, long size) throws IOException {
        out.write(new byte[(int) ((BLOCK - size % BLOCK) % BLOCK)]);
    }

    private static void end(OutputStream out) throws IOException {
        out.write(new byte[2 * BLOCK]);
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JVM has SHA-256", e);
        }
    }
}
