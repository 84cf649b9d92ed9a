// SPDX-License-Identifier: Apache-2.0
package io.natspersist.client;

import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;

/** Message ids that no other client makes: 60 random bits of this client, then a count, both in the base64url alphabet. */
final class MessageIds {

    private static final String DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_";

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
        do {
            id.append(DIGITS.charAt((int) (count & 63)));
            count >>>= 6;
        } while (count != 0);
        return id.toString();
    }
}
