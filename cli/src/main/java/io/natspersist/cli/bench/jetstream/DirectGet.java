// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.bench.jetstream;

import io.nats.client.Message;

/** What a direct get is answered with: the message, or a status that says why not. */
final class DirectGet {

    private DirectGet() {}

    /** @throws IllegalStateException when it is no message */
    static byte[] value(Message answer) {
        if (!answer.hasHeaders() || answer.getHeaders().getFirst("Nats-Sequence") == null) {
            throw new IllegalStateException("no message: " + answer.getStatus());
        }
        return answer.getData();
    }
}
