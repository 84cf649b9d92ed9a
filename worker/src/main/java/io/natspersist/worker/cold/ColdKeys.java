// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.cold;

import io.natspersist.protocol.StreamName;
import io.natspersist.protocol.StreamPath;
import java.util.Optional;

/**
 * The keys of one stream's objects. What stands before the last dots is the stream's path, which has no dot: no other stream's keys
 * begin with the same prefix.
 *
 * @param prefix {@code streams/<slot>/<path>.}
 */
record ColdKeys(String prefix) {

    static ColdKeys of(StreamName stream, int slot) {
        return new ColdKeys("streams/" + slot + "/" + StreamPath.of(stream) + ".");
    }

    String head() {
        return prefix + "head";
    }

    String pack(PackName name) {
        return prefix + name;
    }

    /** Empty where the key is not that of a pack of this stream. */
    Optional<PackName> packName(String key) {
        return key.startsWith(prefix) ? PackName.parse(key.substring(prefix.length())) : Optional.empty();
    }
}
