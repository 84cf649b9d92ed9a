// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.cold;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** The first 128 bits of a SHA-256: bytes with equal ones are taken for equal, and bytes with another one are damaged. */
record Hash(long high, long low) {

    static final int BYTES = 16;

    static MessageDigest digest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JVM has SHA-256", e);
        }
    }

    static Hash of(byte[] bytes, int from, int length) {
        MessageDigest digest = digest();
        digest.update(bytes, from, length);
        return of(digest);
    }

    /** Of what the digest was given since it was last asked. */
    static Hash of(MessageDigest digest) {
        ByteBuffer whole = ByteBuffer.wrap(digest.digest());
        return new Hash(whole.getLong(), whole.getLong());
    }
}
