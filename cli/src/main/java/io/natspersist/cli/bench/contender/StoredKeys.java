// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.bench.contender;

import java.util.concurrent.CompletableFuture;

/** One key-value store of a {@link Store}. */
public interface StoredKeys {

    /** Gives the revision, once it is acknowledged. */
    CompletableFuture<Long> put(String key, byte[] value);

    /** The key's value; fails where there is none. */
    CompletableFuture<byte[]> get(String key);

    /** How many keys there are. */
    CompletableFuture<Long> count();
}
