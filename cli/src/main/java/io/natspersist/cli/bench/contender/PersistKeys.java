// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.bench.contender;

import io.natspersist.client.AsyncKeyValue;
import io.natspersist.client.StreamInfo;
import java.util.concurrent.CompletableFuture;

/** One key-value store of Persist. */
record PersistKeys(AsyncKeyValue store) implements StoredKeys {

    @Override
    public CompletableFuture<Long> put(String key, byte[] value) {
        return store.put(key, value);
    }

    @Override
    public CompletableFuture<byte[]> get(String key) {
        return store.stream().get(key).thenApply(found -> PersistStream.valueOf(found.orElseThrow()));
    }

    @Override
    public CompletableFuture<Long> count() {
        return store.stream().info().thenApply(StreamInfo::messages);
    }
}
