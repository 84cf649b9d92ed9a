// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.bench.contender;

import java.util.concurrent.CompletableFuture;

/** One stream of a {@link Store}. */
public interface StoredStream {

    /** Appends a message, and gives its sequence number once it is acknowledged. */
    CompletableFuture<Long> set(byte[] value);

    /** The value of the message with this sequence number; fails where there is none. */
    CompletableFuture<byte[]> get(long seq);

    /** How many messages there are. */
    CompletableFuture<Long> count();
}
