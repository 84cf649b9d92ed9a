// SPDX-License-Identifier: Apache-2.0
package io.natspersist.client;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Comparator;

/** The order of lists: as if the dot came before every other character, so that what lies below a name follows it. */
final class TokenOrder implements Comparator<String> {

    static final TokenOrder INSTANCE = new TokenOrder();

    private TokenOrder() {}

    @Override
    public int compare(String a, String b) {
        return Arrays.compareUnsigned(sortable(a), sortable(b));
    }

    private static byte[] sortable(String name) {
        return name.replace('.', '\u0001').getBytes(StandardCharsets.UTF_8);
    }
}
