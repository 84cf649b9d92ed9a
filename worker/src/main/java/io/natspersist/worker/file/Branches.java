// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.file;

import io.natspersist.protocol.StreamName;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Counts names by their first tokens. Names come in order, in their sortable form, so that those of one prefix follow each other. */
final class Branches {

    private final int tokens;
    private final int limit;
    private final Set<String> except;
    private final List<Branch> found = new ArrayList<>();
    private @Nullable String prefix;
    private boolean whole;
    private long streams;
    private boolean isStream;

    /**
     * @param tokens how many make a prefix
     * @param limit so many prefixes are enough
     * @param except names that do not count, in their sortable form
     */
    Branches(int tokens, int limit, Set<String> except) {
        this.tokens = tokens;
        this.limit = limit;
        this.except = except;
    }

    /** Takes the next name; false: it is of no use any more. */
    boolean add(String sortable) {
        if (!except.isEmpty() && except.contains(sortable)) {
            return true;
        }
        if (!isOfPrefix(sortable)) {
            end();
            if (found.size() == limit) {
                return false;
            }
            prefix = NameRange.cut(sortable, tokens);
            whole = NameRange.tokens(prefix) == tokens;
        }
        streams++;
        isStream |= sortable.length() == java.util.Objects.requireNonNull(prefix).length();
        return true;
    }

    /** A name with fewer tokens is a prefix by itself. */
    private boolean isOfPrefix(String sortable) {
        return prefix != null && (whole ? NameRange.isAtOrBelow(sortable, prefix) : sortable.equals(prefix));
    }

    private void end() {
        if (prefix != null) {
            found.add(new Branch(NameRange.fromSortable(prefix), streams, isStream));
            prefix = null;
            streams = 0;
            isStream = false;
        }
    }

    /** What was counted, once there are no more names. */
    List<Branch> counted() {
        end();
        return found;
    }
}
