// SPDX-License-Identifier: Apache-2.0
package io.natspersist.client;

import io.natspersist.protocol.HeaderNames;
import io.natspersist.transport.Headers;

/**
 * Which messages to read, in which order:
 *
 * <pre>{@code
 * MessageRange.ALL.withTimes(from, to).withLast(10).withNewestFirst()
 * }</pre>
 *
 * @param startSeq the first sequence number; 1 and up
 * @param endSeq the last one
 * @param startTime the earliest time, ms since the epoch
 * @param endTime the latest time
 * @param last of these messages only so many, the newest by sequence number; 0: all
 * @param newestFirst the highest sequence number first
 * @param pageSize how many at most in one request; 1 to 1,000
 */
public record MessageRange(long startSeq, long endSeq, long startTime, long endTime, long last, boolean newestFirst,
        int pageSize) {

    /** Everything. */
    public static final MessageRange ALL = new MessageRange(1, Long.MAX_VALUE, 0, Long.MAX_VALUE, 0, false, 1_000);

    public MessageRange {
        if (startSeq < 1 || endSeq < startSeq || startTime < 0 || endTime < startTime || last < 0 || pageSize < 1
                || pageSize > 1_000) {
            throw new IllegalArgumentException("range " + startSeq + " to " + endSeq + ", times " + startTime + " to "
                    + endTime + ", last " + last + ", " + pageSize + " per page");
        }
    }

    public static MessageRange from(long startSeq) {
        return between(startSeq, Long.MAX_VALUE);
    }

    public static MessageRange between(long startSeq, long endSeq) {
        return new MessageRange(startSeq, endSeq, 0, Long.MAX_VALUE, 0, false, 1_000);
    }

    /** The last messages, oldest first. */
    public static MessageRange last(long messages) {
        return ALL.withLast(messages);
    }

    /** Only messages with a time between these, both included, ms since the epoch. */
    public MessageRange withTimes(long from, long to) {
        return new MessageRange(startSeq, endSeq, from, to, last, newestFirst, pageSize);
    }

    /** Only so many, the newest; 0: all. */
    public MessageRange withLast(long messages) {
        return new MessageRange(startSeq, endSeq, startTime, endTime, messages, newestFirst, pageSize);
    }

    public MessageRange withNewestFirst() {
        return new MessageRange(startSeq, endSeq, startTime, endTime, last, true, pageSize);
    }

    public MessageRange withPageSize(int messages) {
        return new MessageRange(startSeq, endSeq, startTime, endTime, last, newestFirst, messages);
    }

    /** What is left of it after a page of {@code read} messages, which said where to go on. */
    MessageRange rest(long next, int read) {
        return newestFirst
                ? new MessageRange(startSeq, next, startTime, endTime, last == 0 ? 0 : last - read, true, pageSize)
                : new MessageRange(next, endSeq, startTime, endTime, 0, false, pageSize);
    }

    Headers headers() {
        Headers.Builder headers = Headers.builder().add(HeaderNames.START_SEQ, startSeq).add(HeaderNames.LIMIT,
                pageSize);
        if (endSeq != Long.MAX_VALUE) {
            headers.add(HeaderNames.END_SEQ, endSeq);
        }
        if (startTime != 0) {
            headers.add(HeaderNames.START_TIME, startTime);
        }
        if (endTime != Long.MAX_VALUE) {
            headers.add(HeaderNames.END_TIME, endTime);
        }
        if (last != 0) {
            headers.add(HeaderNames.LAST_N, last);
        }
        if (newestFirst) {
            headers.add(HeaderNames.ORDER, "newest");
        }
        return headers.build();
    }
}
