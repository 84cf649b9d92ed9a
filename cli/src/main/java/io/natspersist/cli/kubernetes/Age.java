// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.kubernetes;

import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import org.jspecify.annotations.Nullable;

/** How long ago something was, about as kubectl says it: 42s, 9m, 3h, 5d. */
final class Age {

    private static final int SECONDS_SAID = 120;
    private static final int MINUTES_SAID = 120;
    private static final int HOURS_SAID = 48;

    private Age() {}

    /** @param then RFC 3339; absent: "-" */
    static String of(@Nullable String then, Instant now) {
        if (then == null) {
            return "-";
        }
        try {
            return of(Duration.between(Instant.parse(then), now));
        } catch (DateTimeParseException e) {
            return then;
        }
    }

    private static String of(Duration age) {
        if (age.toSeconds() < SECONDS_SAID) {
            return Math.max(0, age.toSeconds()) + "s";
        }
        if (age.toMinutes() < MINUTES_SAID) {
            return age.toMinutes() + "m";
        }
        return age.toHours() < HOURS_SAID ? age.toHours() + "h" : age.toDays() + "d";
    }
}
