// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.bench.jetstream;

import io.nats.client.api.PublishAck;
import io.natspersist.cli.bench.contender.StoredKeys;
import java.util.concurrent.CompletableFuture;

/** One bucket. Sends what the client's own key-value calls send, without waiting for each answer as they do. */
record OneKeyStore(Link link, String bucket) implements StoredKeys {

    @Override
    public CompletableFuture<Long> put(String key, byte[] value) {
        return link.publisher().publishAsync(subject(key), value).thenApply(PublishAck::getSeqno);
    }

    @Override
    public CompletableFuture<byte[]> get(String key) {
        return link.api("DIRECT.GET.KV_" + bucket + "." + subject(key), "").thenApply(DirectGet::value);
    }

    @Override
    public CompletableFuture<Long> count() {
        return link.messages("KV_" + bucket);
    }

    private String subject(String key) {
        return "$KV." + bucket + "." + key;
    }
}
