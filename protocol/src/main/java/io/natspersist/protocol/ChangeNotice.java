// SPDX-License-Identifier: Apache-2.0
package io.natspersist.protocol;

import io.natspersist.transport.Headers;

/** What is published on {@code P.changes.<stream>}: headers, and the value of a set as payload. */
public sealed interface ChangeNotice {

    /** The epoch of the owner that decided the change, or that sends the trailing number. */
    long epoch();

    /** One change. */
    record Changed(WireChange change) implements ChangeNotice {

        @Override
        public long epoch() {
            return change.epoch();
        }
    }

    /** The stream's current change number: who has not come so far has missed something. */
    record Trailing(long change, long epoch) implements ChangeNotice {}

    default Headers headers() {
        return ChangeNoticeCodec.headers(this);
    }

    default byte[] payload() {
        return this instanceof Changed changed && changed.change() instanceof WireChange.Set set && set.value() != null
                ? set.value()
                : ChangeNoticeCodec.NO_BYTES;
    }

    /**
     * @param payload not copied
     * @throws BadMessage naming the header that is wrong
     */
    static ChangeNotice decode(Headers headers, byte[] payload) {
        return ChangeNoticeCodec.decode(new HeaderFields(headers), payload);
    }
}
