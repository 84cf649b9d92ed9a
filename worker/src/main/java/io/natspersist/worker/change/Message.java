// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.change;

import io.natspersist.transport.Headers;
import org.jspecify.annotations.Nullable;

/**
 * A stored message.
 *
 * @param seq positive
 * @param time ms since the epoch
 * @param change the number of the change that stored it
 * @param msgId the id that its writer gave it
 * @param value null: absent, which differs from empty
 */
public record Message(long seq, long time, long change, @Nullable String key, @Nullable String msgId, Headers headers,
        byte @Nullable [] value) {

    /** What it counts for in limits and budgets: key, headers and value, in bytes (of UTF-16 halves for text). */
    public long bytes() {
        return Change.bytesOf(key, headers, value);
    }
}
