// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker;

import io.natspersist.protocol.BadMessage;
import io.natspersist.protocol.ErrorCode;
import io.natspersist.protocol.HeaderFields;
import io.natspersist.protocol.HeaderNames;
import io.natspersist.protocol.StreamName;
import io.natspersist.transport.Message;
import io.natspersist.worker.file.NameRange;
import io.natspersist.worker.stream.ListRequest;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads the requests that concern many streams, as docs/protocol.md has them. Stateless. */
final class ListRequests {

    /** Their names. */
    static final Set<String> OPERATIONS = Set.of("list", "reindex");

    private static final Set<String> LIST = Set.of(HeaderNames.AFTER, HeaderNames.LIMIT, HeaderNames.DEPTH);
    private static final int MOST_TOKENS = 32;

    private ListRequests() {}

    /**
     * @param below the prefix; null: all
     * @throws Operations.Unreadable when a name is not legal
     * @throws BadMessage when a header is malformed or does not belong there
     */
    static ListRequest list(@Nullable String below, Message request) {
        HeaderFields fields = new HeaderFields(request.headers());
        fields.allowOnly(LIST);
        long depth = fields.number(HeaderNames.DEPTH, 0);
        if (depth > MOST_TOKENS || (depth == 0 && fields.has(HeaderNames.DEPTH))) {
            throw new BadMessage(HeaderNames.DEPTH, "is " + depth + ", 1 to " + MOST_TOKENS + " are legal");
        }
        NameRange all = new NameRange(name(below), null);
        StreamName after = name(fields.text(HeaderNames.AFTER));
        NameRange range = after == null ? all : depth == 0 ? all.after(after) : all.afterBranch(after, (int) depth);
        return new ListRequest(range, Operations.limit(fields), (int) depth);
    }

    private static @Nullable StreamName name(@Nullable String name) {
        try {
            return name == null ? null : new StreamName(name);
        } catch (IllegalArgumentException e) {
            throw new Operations.Unreadable(ErrorCode.BAD_NAME, String.valueOf(e.getMessage()));
        }
    }

    /** The number of the slot. */
    static int reindex(@Nullable String slot, Message request) {
        new HeaderFields(request.headers()).allowOnly(Set.of());
        if (slot == null || !slot.matches("[0-9]{1,9}")) {
            throw new Operations.Unreadable(ErrorCode.BAD_NAME, "the subject names no slot");
        }
        return Integer.parseInt(slot);
    }
}
