// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.file;

import io.natspersist.protocol.StreamName;
import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/**
 * Streams of one prefix, in the order of their tokens: as if the dot came before every other character, so that what lies
 * below a name follows it.
 *
 * @param prefix the streams of this name and those below it; null: all
 * @param after only those after this name; null: from the first
 * @param notBelow nor those below that name
 */
public record NameRange(@Nullable StreamName prefix, @Nullable StreamName after, boolean notBelow) {

    public static final NameRange ALL = new NameRange(null, null);

    public NameRange(@Nullable StreamName prefix, @Nullable StreamName after) {
        this(prefix, after, false);
    }

    /** In a sortable form of a name it stands where the dot was. No name has a control character. */
    private static final char SEPARATOR = 1;
    /** Above whatever lies below a name, and below what follows that. */
    private static final char NEXT = 2;

    public static final Comparator<StreamName> ORDER = Comparator.comparing(NameRange::sortable, StreamFile.KEY_ORDER);

    /** The same range after a prefix of a tree: what lies below it was counted with it, if it is as deep as prefixes are. */
    public NameRange afterBranch(StreamName branch, int depth) {
        return new NameRange(prefix, branch, tokens(sortable(branch)) == tokens(depth));
    }

    public NameRange after(StreamName name) {
        return new NameRange(prefix, name);
    }

    public boolean contains(StreamName name) {
        String sortable = sortable(name);
        String below = below();
        return StreamFile.KEY_ORDER.compare(sortable, from()) >= 0
                && (below == null || StreamFile.KEY_ORDER.compare(sortable, below) < 0);
    }

    /** A name's form whose code points are in the order of the names. */
    public static String sortable(StreamName name) {
        return name.value().replace('.', SEPARATOR);
    }

    /** The first tokens of a name. */
    public static StreamName cut(StreamName name, int tokens) {
        String sortable = sortable(name);
        String first = cut(sortable, tokens);
        return first.length() == sortable.length() ? name : fromSortable(first);
    }

    /** The first tokens of a sortable form. */
    static String cut(String sortable, int tokens) {
        int end = -1;
        for (int i = 0; i < tokens; i++) {
            end = sortable.indexOf(SEPARATOR, end + 1);
            if (end < 0) {
                return sortable;
            }
        }
        return sortable.substring(0, end);
    }

    /** Whether a name is the prefix or lies below it, both in their sortable forms. */
    static boolean isAtOrBelow(String sortable, String prefix) {
        return sortable.startsWith(prefix)
                && (sortable.length() == prefix.length() || sortable.charAt(prefix.length()) == SEPARATOR);
    }

    static int tokens(String sortable) {
        return 1 + (int) sortable.chars().filter(c -> c == SEPARATOR).count();
    }

    /** How many tokens a prefix has that is so much deeper than the range's. */
    public int tokens(int depth) {
        return depth + (prefix == null ? 0 : tokens(sortable(prefix)));
    }

    static StreamName fromSortable(String sortable) {
        return new StreamName(sortable.replace(SEPARATOR, '.'));
    }

    /** Sortable forms in the range are this or above. */
    String from() {
        String first = prefix == null ? "" : sortable(prefix);
        String next = after == null ? "" : sortable(after) + (notBelow ? NEXT : SEPARATOR);
        return StreamFile.KEY_ORDER.compare(first, next) > 0 ? first : next;
    }

    /** Sortable forms in the range are below this; null: there is no end. */
    @Nullable
    String below() {
        return prefix == null ? null : sortable(prefix) + NEXT;
    }
}
