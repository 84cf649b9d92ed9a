// SPDX-License-Identifier: Apache-2.0
package io.natspersist.e2e.simulation;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What a client was answered. */
sealed interface Outcome {

    record Stored(long seq, long change, boolean duplicate) implements Outcome {}

    /** @param items {@link Stored} or {@link Refused}, one for each */
    record StoredMany(List<Outcome> items) implements Outcome {}

    record Deleted(long count, long change) implements Outcome {}

    /** @param existed whether there was a stream to be destroyed; not where the request was repeated */
    record Destroyed(boolean existed, long count, long change) implements Outcome {}

    /** @param change as of which the stream is configured so; earlier calls may have done it */
    record Configured(long change) implements Outcome {}

    /** @param change of the message; 0: there is none */
    record Found(Optional<Item> item, long change) implements Outcome {}

    /** @param change what the page reflects */
    record Listed(List<Item> items, boolean more, long change) implements Outcome {}

    /** The keys, with their sequence numbers; all of them. */
    record Keys(Map<String, Long> keys, long change) implements Outcome {}

    /** Nothing was done, because an expectation did not hold. */
    record Refused() implements Outcome {}

    /** Nothing was done, for another reason, or it was a read. */
    record Failed(String code) implements Outcome {}

    /** It may have been done or not. */
    record Unknown(String code) implements Outcome {}
}
