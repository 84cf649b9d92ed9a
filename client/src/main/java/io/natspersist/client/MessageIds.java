// SPDX-License-Identifier: Apache-2.0
package io.natspersist.client;

import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;

/**
 * Message ids that no other client makes: 60 random bits of this client, then a count, both in digits of the base64url alphabet. Later
 * ones come later in the order of their bytes, too, so that a file's index of them grows at one end.
 */
final class MessageIds {

    private static final String DIGITS = "-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz";

    /** Of a count of less than 64^6, some nineteen hours at a million a second; beyond that ids grow longer. */
    private static final int COUNT_DIGITS = 6;

    private final char separator;
    private final String client;
    private final AtomicLong made = new AtomicLong();

    /** @param separator between the client's part and the count */
    MessageIds(RandomGenerator random, char separator) {
        this.separator = separator;
        StringBuilder id = new StringBuilder();
        for (int i = 0; i < 10; i++) {
            id.append(DIGITS.charAt(random.nextInt(64)));
        }
        this.client = id.toString();
    }

    String next() {
        StringBuilder id = new StringBuilder(client).append(separator);
        long count = made.getAndIncrement();
        int digits = Math.max(COUNT_DIGITS, (64 - Long.numberOfLeadingZeros(count) + 5) / 6);
        for (int shift = 6 * (digits - 1); shift >= 0; shift -= 6) {
            id.append(DIGITS.charAt((int) (count >>> shift & 63)));
        }
        return id.toString();
    }
}
