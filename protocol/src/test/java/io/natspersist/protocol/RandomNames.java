// SPDX-License-Identifier: Apache-2.0
package io.natspersist.protocol;

import java.nio.charset.StandardCharsets;
import java.util.Random;

/** Legal stream names of every kind: short, long, escaped, not ASCII. */
final class RandomNames {

    private static final String AWKWARD = "-_~%+=@#/\\:?\"'$&|<!()[]{},;^`aAzZ09";

    private final Random random;

    RandomNames(Random random) {
        this.random = random;
    }

    StreamName next() {
        while (true) {
            String name = tokens();
            if (name.getBytes(StandardCharsets.UTF_8).length <= StreamName.MAX_BYTES) {
                return new StreamName(name);
            }
        }
    }

    private String tokens() {
        int tokens = random.nextInt(4) == 0 ? 1 + random.nextInt(StreamName.MAX_TOKENS) : 1 + random.nextInt(3);
        int longest = random.nextInt(4) == 0 ? 300 : 12;
        StringBuilder name = new StringBuilder();
        for (int t = 0; t < tokens; t++) {
            name.append(t == 0 ? "" : ".");
            int length = 1 + random.nextInt(longest);
            int kind = random.nextInt(4);
            for (int i = 0; i < length; i++) {
                name.appendCodePoint(codePoint(kind));
            }
        }
        return name.toString();
    }

    private int codePoint(int kind) {
        return switch (kind) {
            case 0 -> 'a' + random.nextInt(26);
            case 1 -> AWKWARD.charAt(random.nextInt(AWKWARD.length()));
            case 2 -> 'A' + random.nextInt(26);
            default -> new int[]{'ä', 'ß', 'ı', 'é', '世', 0x1F600, 'K', 'x'}[random.nextInt(8)];
        };
    }
}
