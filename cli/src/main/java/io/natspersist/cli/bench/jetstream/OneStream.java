// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.bench.jetstream;

import io.nats.client.api.PublishAck;
import io.natspersist.cli.bench.contender.StoredStream;
import java.util.concurrent.CompletableFuture;

/** One stream, which has one subject. */
record OneStream(Link link, String subject) implements StoredStream {

    /** Dots have no place in the name of a JetStream stream. */
    static String nameOf(String stream) {
        return stream.replace('.', '_');
    }

    @Override
    public CompletableFuture<Long> set(byte[] value) {
        return link.publisher().publishAsync(subject, value).thenApply(PublishAck::getSeqno);
    }

    @Override
    public CompletableFuture<byte[]> get(long seq) {
        return link.api("DIRECT.GET." + nameOf(subject), "{\"seq\":" + seq + "}").thenApply(DirectGet::value);
    }

    @Override
    public CompletableFuture<Long> count() {
        return link.messages(nameOf(subject));
    }
}
