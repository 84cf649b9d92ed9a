// SPDX-License-Identifier: Apache-2.0
package io.natspersist.client;

import java.util.List;

/** What a watch is told by the worker. */
sealed interface Answer {

    /** The epoch of the owner that answered. */
    long epoch();

    /** The stream's last change. */
    record Info(long epoch, long change) implements Answer {}

    /**
     * Some of the changes that were missed, in order, their positions with this owner's epoch. {@code change} is the stream's
     * last, which they may not reach yet.
     */
    record Changes(long epoch, long change, List<Change> changes) implements Answer {}

    /** The log does not reach back (0 lost), or the watch was ahead of the stream by so many. */
    record MustReset(long epoch, long lost) implements Answer {}

    /** Some of the stream's messages, as they were after {@code change}. {@code next}: where the next page starts; 0: last. */
    record Messages(long epoch, long change, List<StreamMessage> messages, long next) implements Answer {}
}
