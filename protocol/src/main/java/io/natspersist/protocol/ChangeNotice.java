// SPDX-License-Identifier: Apache-2.0
package io.natspersist.protocol;

import io.natspersist.transport.Headers;
import java.util.List;

/** What is published on {@code P.changes.<stream>}: headers, and as payload the value of a set, or a configuration. */
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

    /** Changes that follow one another, in order; at least one. All are of one epoch. */
    record Packed(List<WireChange> changes) implements ChangeNotice {

        /** The most bytes that the payload takes beside its changes. */
        public static final int OVERHEAD = ChangeBatch.OVERHEAD;

        public Packed {
            changes = List.copyOf(changes);
        }

        @Override
        public long epoch() {
            return changes.get(0).epoch();
        }

        private byte[] encode() {
            return new ChangeBatch.Changes(changes, changes.get(changes.size() - 1).number(), epoch()).encode();
        }
    }

    /** The stream's current change number: who has not come so far has missed something. */
    record Trailing(long change, long epoch) implements ChangeNotice {}

    default Headers headers() {
        return ChangeNoticeCodec.headers(this);
    }

    default byte[] payload() {
        return this instanceof Packed packed ? packed.encode() : ChangeNoticeCodec.payload(this);
    }

    /**
     * @param payload not copied
     * @throws BadMessage naming the header that is wrong
     */
    static ChangeNotice decode(Headers headers, byte[] payload) {
        return ChangeNoticeCodec.decode(new HeaderFields(headers), payload);
    }
}
