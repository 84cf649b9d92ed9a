// SPDX-License-Identifier: Apache-2.0
package io.natspersist.client;

/**
 * Which messages to read: sequence numbers from {@code startSeq} to {@code endSeq}, both included, {@code pageSize} (1 to
 * 1,000) at most in one request.
 */
public record MessageRange(long startSeq, long endSeq, int pageSize) {

    /** Everything. */
    public static final MessageRange ALL = new MessageRange(1, Long.MAX_VALUE, 1_000);

    public MessageRange {
        if (startSeq < 1 || endSeq < startSeq || pageSize < 1 || pageSize > 1_000) {
            throw new IllegalArgumentException("range " + startSeq + " to " + endSeq + ", " + pageSize + " per page");
        }
    }

    public static MessageRange from(long startSeq) {
        return new MessageRange(startSeq, Long.MAX_VALUE, 1_000);
    }

    public static MessageRange between(long startSeq, long endSeq) {
        return new MessageRange(startSeq, endSeq, 1_000);
    }

    public MessageRange withPageSize(int messages) {
        return new MessageRange(startSeq, endSeq, messages);
    }
}
