// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.cold;

import io.natspersist.worker.cold.ObjectStoreException.Kind;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Map;
import java.util.zip.CRC32C;
import software.amazon.awssdk.core.exception.RetryableException;
import software.amazon.awssdk.http.AbortableInputStream;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;

/** An object's bytes on their way: what is sent with them, and how they are looked at when they come back. */
final class S3Body {

    /** Persisted, as x-amz-meta-crc32c: eight hexadecimal digits. */
    private static final String CRC32C = "crc32c";

    private S3Body() {}

    /** What a server compares with what arrives. */
    static String md5(ByteBuffer bytes) {
        try {
            MessageDigest digest = MessageDigest.getInstance("MD5");
            digest.update(bytes.duplicate());
            return Base64.getEncoder().encodeToString(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** What is kept with an object, for the one who reads it. */
    static Map<String, String> checksum(ByteBuffer bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes.duplicate());
        return Map.of(CRC32C, HexFormat.of().toHexDigits((int) crc.getValue()));
    }

    /** An object that says no checksum, as after a copy by other tools, is taken as it is. */
    static byte[] whole(GetObjectResponse response, AbortableInputStream in, long maxBytes) {
        long length = response.contentLength();
        if (length > maxBytes) {
            in.abort();
            throw new ObjectStoreException(Kind.DAMAGED, "it has " + length + " bytes, at most " + maxBytes
                    + " were expected", null);
        }
        byte[] bytes = read(in, Math.toIntExact(length));
        String stored = response.metadata().get(CRC32C);
        if (stored != null && !stored.equals(checksum(ByteBuffer.wrap(bytes)).get(CRC32C))) {
            throw RetryableException.create("altered", new Altered());
        }
        return bytes;
    }

    static byte[] part(GetObjectResponse response, AbortableInputStream in, int length) {
        if (response.contentLength() != length) {
            in.abort();
            throw new ObjectStoreException(Kind.DAMAGED, "it has " + response.contentLength() + " bytes there, not "
                    + length, null);
        }
        return read(in, length);
    }

    private static byte[] read(InputStream in, int length) {
        try {
            byte[] bytes = in.readNBytes(length);
            if (bytes.length == length) {
                return bytes;
            }
            throw RetryableException.create("it ended after " + bytes.length + " of " + length + " bytes");
        } catch (IOException e) {
            throw RetryableException.create("it broke off: " + e, e);
        }
    }

    /** The bytes that came are not those of the checksum. */
    static final class Altered extends RuntimeException {
        private static final long serialVersionUID = 1;

        Altered() {
            super("what came is not what was stored: its checksum differs");
        }
    }
}
