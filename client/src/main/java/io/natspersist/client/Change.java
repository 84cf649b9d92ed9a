// SPDX-License-Identifier: Apache-2.0
package io.natspersist.client;

import io.natspersist.protocol.Cause;
import io.natspersist.protocol.StreamConfig;
import java.util.List;

/** Something that altered a stream. Its {@link #position()} can be kept, to go on watching from there. */
public sealed interface Change {

    /** Which change this is. Numbers are contiguous per stream; the epoch is that of the owner that told it. */
    Position position();

    /** A message was stored. Where it has a key it took the place of that key's message, if there was one. */
    record Set(Position position, StreamMessage message) implements Change {}

    /**
     * Messages went, one by one. {@code seqs} may name some that a watcher never saw.
     *
     * @param cause somebody asked for it, or they expired
     */
    record Delete(Position position, List<Long> seqs, Cause cause) implements Change {
        public Delete {
            seqs = List.copyOf(seqs);
        }
    }

    /**
     * All messages with sequence numbers up to {@code endSeq} went.
     *
     * @param cause somebody asked for it, or a limit evicted them
     */
    record DeleteAll(Position position, long endSeq, Cause cause) implements Change {}

    /** The stream was configured anew. */
    record Config(Position position, StreamConfig config) implements Change {}

    /**
     * The stream was destroyed, with all messages. If something is stored in it again, its numbers go on.
     *
     * @param lastSeq the highest sequence number that it ever gave out
     */
    record Destroy(Position position, long lastSeq) implements Change {}
}
