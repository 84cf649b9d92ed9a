// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.bench.contender;

import io.natspersist.client.AsyncStream;
import io.natspersist.client.Stored;
import io.natspersist.client.StreamInfo;
import io.natspersist.client.StreamMessage;
import java.util.concurrent.CompletableFuture;

/** One stream of Persist. */
record PersistStream(AsyncStream stream) implements StoredStream {

    @Override
    public CompletableFuture<Long> set(byte[] value) {
        return stream.set(value).thenApply(Stored::seq);
    }

    @Override
    public CompletableFuture<byte[]> get(long seq) {
        return stream.get(seq).thenApply(found -> valueOf(found.orElseThrow()));
    }

    @Override
    public CompletableFuture<Long> count() {
        return stream.info().thenApply(StreamInfo::messages);
    }

    static byte[] valueOf(StreamMessage message) {
        byte[] value = message.value();
        if (value == null) {
            throw new IllegalStateException("message " + message.seq() + " has no value");
        }
        return value;
    }
}
