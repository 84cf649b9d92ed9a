// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker;

import io.natspersist.protocol.BadMessage;
import io.natspersist.protocol.ErrorCode;
import io.natspersist.protocol.HeaderFields;
import io.natspersist.protocol.HeaderNames;
import io.natspersist.protocol.SetItem;
import io.natspersist.protocol.SetMany;
import io.natspersist.worker.Operations.Unreadable;
import io.natspersist.worker.stream.Operation;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads the request of a {@code setMany}. What is malformed about any item refuses all of it. Stateless. */
final class ManySets {

    private ManySets() {}

    static Operation.SetMany read(HeaderFields fields, byte[] payload, long maxBytes) {
        boolean atomic = fields.flag(HeaderNames.ATOMIC);
        if (!fields.ofMessage().isEmpty() || fields.has(HeaderNames.MSG_ID)) {
            throw new BadMessage("setMany",
                    "takes no headers of messages, and no message id: they belong to the items");
        }
        List<SetItem> items = SetMany.decode(payload).items();
        List<Operation.Set> sets = new ArrayList<>(items.size());
        for (int i = 0; i < items.size(); i++) {
            sets.add(set(i, items.get(i), maxBytes));
        }
        if (atomic) {
            checkDistinct(sets);
        }
        return new Operation.SetMany(sets, atomic);
    }

    private static Operation.Set set(int index, SetItem item, long maxBytes) {
        if (item.seq() == 0 || item.seq() == Long.MAX_VALUE) {
            throw wrong(index, "s", item.seq() == 0
                    ? "is 0, numbers begin at 1"
                    : "leaves no number for what comes after");
        }
        if (item.expectSeq() != SetItem.ABSENT && item.key() == null) {
            throw wrong(index, "es", "needs k");
        }
        item.headers().forEach((name, value) -> {
            if (HeaderNames.isReserved(name)) {
                throw wrong(index, "h", "has the reserved name " + name);
            }
        });
        try {
            return Operations.fitting(new Operation.Set(Operations.key(item.key()), Math.max(0, item.seq()),
                    item.expectLastSeq(), item.expectSeq(), Operations.msgId(item.msgId()), item.time(),
                    item.ttl(), item.headers(), item.value()), maxBytes);
        } catch (Unreadable e) {
            throw new Unreadable(e.error().code(), "item " + index + ": " + e.error().text());
        }
    }

    private static BadMessage wrong(int index, String field, String problem) {
        return new BadMessage("items[" + index + "]." + field, problem);
    }

    /** The items of an atomic request must not depend on each other. */
    private static void checkDistinct(List<Operation.Set> sets) {
        Set<String> keys = new HashSet<>();
        Set<String> ids = new HashSet<>();
        Set<Long> seqs = new HashSet<>();
        for (int i = 0; i < sets.size(); i++) {
            Operation.Set set = sets.get(i);
            checkNew(i, "k", keys, set.key());
            checkNew(i, "i", ids, set.msgId());
            checkNew(i, "s", seqs, set.seq() == 0 ? null : set.seq());
        }
    }

    private static <T> void checkNew(int index, String field, Set<T> seen, @Nullable T value) {
        if (value != null && !seen.add(value)) {
            throw wrong(index, field, "is that of an earlier item, which an atomic request cannot have");
        }
    }
}
