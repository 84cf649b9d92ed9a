// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.stream;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;

/**
 * When a message that was printed goes by itself, for those that store it again.
 *
 * @param at ms since the epoch; 0: never
 */
public record Expiry(long at) {

    /** @throws IllegalArgumentException when the message says something else than a time */
    public static Expiry of(JsonNode message) {
        JsonNode at = message.path("expires");
        if (!at.isMissingNode() && (!at.isIntegralNumber() || !at.canConvertToLong() || at.longValue() < 1)) {
            throw new IllegalArgumentException("has an expires that is no time in ms since the epoch");
        }
        return new Expiry(at.asLong());
    }

    /** Whether the message is gone by now. */
    public boolean isPast(long now) {
        return at != 0 && at <= now;
    }

    /** How long a copy has to live that is to go when the message does; zero: for ever. It is not past. */
    public Duration left(long now) {
        return at == 0 ? Duration.ZERO : Duration.ofMillis(at - now);
    }
}
