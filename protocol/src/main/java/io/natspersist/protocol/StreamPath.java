// SPDX-License-Identifier: Apache-2.0
package io.natspersist.protocol;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Where a stream lives on a volume: a relative path with a component per token, to which the caller adds a suffix that
 * begins with a dot. No two streams have the same path, not even where upper and lower case are one.
 *
 * <p>Of a token's UTF-8 bytes, {@code a-z 0-9 _} and (but as the first) {@code -} stand for themselves, {@code A-Z} are
 * written {@code +a} to {@code +z}, and every other byte {@code %} and two lower-case hexadecimal digits. So a component has
 * no dot, is no option and not hidden, and a folder is never taken for a file.
 *
 * <p>A path longer than {@link #MAX_BYTES}, or a component longer than {@link #MAX_COMPONENT}, is abbreviated: as many whole
 * components as fit, then {@code =} and the SHA-256 of the name in hexadecimal. (SQLite opens no path longer than 504 bytes,
 * so no spelling of a long name would do.) What lies at an abbreviated path must itself say which stream it is. No
 * component begins with {@code =} otherwise, none with {@code @}: names that do are free for other files.
 */
public final class StreamPath {

    /** The most bytes (all ASCII) of a path; a suffix comes on top. */
    public static final int MAX_BYTES = 255;

    /** The most bytes of one component; leaves 55 of what file systems allow for a suffix. */
    public static final int MAX_COMPONENT = 200;

    private static final int ABBREVIATION = 1 + 64;
    private static final HexFormat HEX = HexFormat.of();

    private StreamPath() {}

    /** The path of a stream, with {@code /} between components. */
    public static String of(StreamName stream) {
        StringBuilder path = new StringBuilder();
        int kept = 0;
        boolean tooLong = false;
        for (String token : stream.value().split("\\.", -1)) {
            int start = path.isEmpty() ? 0 : path.append('/').length();
            escape(token, path);
            tooLong |= path.length() - start > MAX_COMPONENT;
            if (!tooLong && path.length() + 1 + ABBREVIATION <= MAX_BYTES) {
                kept = path.length();
            }
        }
        if (!tooLong && path.length() <= MAX_BYTES) {
            return path.toString();
        }
        path.setLength(kept);
        return path.append(kept == 0 ? "=" : "/=").append(HEX.formatHex(sha256(stream.utf8()))).toString();
    }

    /** Whether the stream's path does not tell its name. */
    public static boolean isAbbreviated(StreamName stream) {
        return of(stream).contains("=");
    }

    /**
     * The stream whose path this is; empty where the path is abbreviated.
     *
     * @throws IllegalArgumentException when it is not the path of any stream
     */
    public static Optional<StreamName> parse(String path) {
        int last = path.lastIndexOf('/') + 1;
        if (path.startsWith("=", last)) {
            if (!path.substring(last + 1).matches("[0-9a-f]{64}")) {
                throw notAPath(path, null);
            }
            return Optional.empty();
        }
        StreamName stream;
        try {
            stream = new StreamName(unescape(path));
        } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
            throw notAPath(path, e);
        }
        if (!of(stream).equals(path)) {
            throw notAPath(path, null);
        }
        return Optional.of(stream);
    }

    private static void escape(String token, StringBuilder to) {
        int start = to.length();
        for (byte b : token.getBytes(StandardCharsets.UTF_8)) {
            char c = (char) (b & 0xff);
            if (isPlain(c) || (c == '-' && to.length() > start)) {
                to.append(c);
            } else if (c >= 'A' && c <= 'Z') {
                to.append('+').append((char) (c + ('a' - 'A')));
            } else {
                to.append('%').append(HEX.toHexDigits(b));
            }
        }
    }

    private static boolean isPlain(char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
    }

    private static String unescape(String path) {
        byte[] name = new byte[path.length()];
        int length = 0;
        for (int i = 0; i < path.length(); i++) {
            char c = path.charAt(i);
            name[length++] = switch (c) {
                case '/' -> '.';
                case '+' -> (byte) (path.charAt(++i) - ('a' - 'A'));
                case '%' -> (byte) HexFormat.fromHexDigits(path, i + 1, (i += 2) + 1);
                default -> (byte) c;
            };
        }
        return new String(name, 0, length, StandardCharsets.UTF_8);
    }

    private static IllegalArgumentException notAPath(String path, @Nullable Exception cause) {
        return new IllegalArgumentException("'" + path + "' is not the path of a stream", cause);
    }

    private static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JVM has SHA-256", e);
        }
    }
}
