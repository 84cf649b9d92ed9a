// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.kubernetes;

import java.util.regex.Pattern;

/** What nobody outside is to read is blacked out: users, passwords and tokens in URLs, NATS seeds and JWTs, private keys. */
final class Redaction {

    private static final String BLACK = "***";
    private static final Pattern USER_IN_URL = Pattern.compile("(?<=[a-zA-Z]://)[^\\s/@\"']+(?=@)");
    private static final Pattern SEED = Pattern.compile("\\bS[ACNOUX][A-Z2-7]{56}\\b");
    private static final Pattern JWT = Pattern.compile("\\beyJ[\\w-]{8,}\\.[\\w-]+\\.[\\w-]+");
    private static final Pattern PRIVATE_KEY = Pattern
            .compile("-----BEGIN [A-Z ]*PRIVATE KEY-----.*?-----END [A-Z ]*PRIVATE KEY-----", Pattern.DOTALL);

    private Redaction() {}

    static String of(String text) {
        String left = USER_IN_URL.matcher(text).replaceAll(BLACK);
        left = SEED.matcher(left).replaceAll(BLACK);
        left = JWT.matcher(left).replaceAll(BLACK);
        return PRIVATE_KEY.matcher(left).replaceAll(BLACK);
    }
}
