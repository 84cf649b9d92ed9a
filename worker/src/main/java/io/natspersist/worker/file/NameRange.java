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
    static String sortable(StreamName name) {
        return name.value().replace('.', SEPARATOR);
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
