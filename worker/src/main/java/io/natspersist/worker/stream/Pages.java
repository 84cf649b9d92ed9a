// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.stream;

import io.natspersist.worker.change.Message;
import io.natspersist.worker.file.StreamFile.KeySeq;
import io.natspersist.worker.file.StreamFile.Slice;
import java.util.List;

/**
 * Cuts what was read to what one answer may hold.
 *
 * @param maxBytes about how many bytes of messages that are
 * @param epoch the owner's
 */
record Pages(long maxBytes, long epoch) {

    /** What a message or change takes in MessagePack beside its text and value, at most. */
    static final int WIRE_OVERHEAD = 400;

    /** @param change the number of the last change that the messages reflect */
    Result of(Slice slice, long change) {
        long size = 0;
        List<Message> messages = slice.messages();
        for (int i = 0; i < messages.size(); i++) {
            size += messages.get(i).heldBytes() + WIRE_OVERHEAD;
            if (i > 0 && size > maxBytes) {
                return new Result.Page(messages.subList(0, i), messages.get(i).seq(), change, epoch);
            }
        }
        return new Result.Page(messages, slice.next(), change, epoch);
    }

    /** @param keys as many as fit, and one more if there is one */
    Result of(List<KeySeq> keys, int limit, long change) {
        long size = 0;
        int fitting = 0;
        while (fitting < keys.size() && fitting < limit) {
            size += keys.get(fitting).key().length() * 6L + 40;
            if (fitting > 0 && size > maxBytes) {
                break;
            }
            fitting++;
        }
        String next = fitting < keys.size() ? keys.get(fitting - 1).key() : null;
        return new Result.KeyPage(keys.subList(0, fitting), next, change, epoch);
    }
}
