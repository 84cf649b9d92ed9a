// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.stream;

import io.natspersist.protocol.StreamName;
import io.natspersist.worker.file.CatalogEntry;
import io.natspersist.worker.file.Catalogs;
import io.natspersist.worker.file.NameRange;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.NavigableMap;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * Reads one page from the catalogs of several slots, a few names of each at a time, and puts what the worker knows of open streams over it.
 * What was in memory must have been looked at before any catalog is read: what leaves the memory is in a catalog then. Runs off the loop.
 */
final class Listing {

    /** A page of prefixes ends with the one at which so many names were looked at. */
    private static final int MOST_SCANNED = 100_000;
    private static final int FEWEST = 8;
    private static final int MOST = 512;
    /** What an item takes in an answer beside its name, at most. */
    private static final int ITEM_OVERHEAD = 160;

    private final ListRequest request;
    private final List<Slot> slots;
    private final NavigableMap<StreamName, Known> inMemory;
    private final Catalogs catalogs;
    private final long maxBytes;

    /** A slot that is served. */
    record Slot(int number, long epoch) {}

    /**
     * What is known of a stream that is open, or has adopted changes.
     *
     * @param there whether there is such a stream
     * @param entry its counters; null: only the catalog has some
     */
    record Known(boolean there, @Nullable CatalogEntry entry) {}

    /** @param inMemory in the order of {@link NameRange#ORDER} */
    Listing(ListRequest request, List<Slot> slots, NavigableMap<StreamName, Known> inMemory, Catalogs catalogs,
            long maxBytes) {
        this.request = request;
        this.slots = slots;
        this.inMemory = inMemory;
        this.catalogs = catalogs;
        this.maxBytes = maxBytes;
    }

    Listed page() {
        Merged names = new Merged();
        List<Integer> numbers = slots.stream().map(Slot::number).toList();
        return request.depth() == 0 ? streams(names, numbers) : tree(names, numbers);
    }

    private Listed streams(Merged names, List<Integer> numbers) {
        List<CatalogEntry> page = new ArrayList<>();
        long bytes = 0;
        for (CatalogEntry next = names.next(); next != null; next = names.next()) {
            bytes += next.name().value().length() * 6L + ITEM_OVERHEAD;
            if (page.size() == request.limit() || (!page.isEmpty() && bytes > maxBytes)) {
                return new Listed.Streams(page, page.getLast().name(), numbers);
            }
            page.add(next);
        }
        return new Listed.Streams(page, null, numbers);
    }

    private Listed tree(Merged names, List<Integer> numbers) {
        List<Listed.Branch> page = new ArrayList<>();
        long bytes = 0;
        int scanned = 0;
        for (CatalogEntry next = names.next(); next != null; next = names.next()) {
            StreamName prefix = cut(next.name());
            Listed.Branch open = page.isEmpty() ? null : page.getLast();
            boolean same = open != null && open.prefix().equals(prefix);
            bytes += same ? 0 : prefix.value().length() * 6L + ITEM_OVERHEAD;
            boolean full = !same && (page.size() == request.limit() || (!page.isEmpty() && bytes > maxBytes));
            if (full || (!same && scanned >= MOST_SCANNED)) {
                return new Listed.Tree(page, page.getLast().prefix(), numbers);
            }
            boolean isStream = prefix.equals(next.name());
            if (open != null && same) {
                page.set(page.size() - 1,
                        new Listed.Branch(prefix, open.streams() + 1, open.isStream() || isStream));
            } else {
                page.add(new Listed.Branch(prefix, 1, isStream));
            }
            scanned++;
        }
        return new Listed.Tree(page, null, numbers);
    }

    /** A name's first tokens, as many as were asked for. */
    private StreamName cut(StreamName name) {
        StreamName prefix = request.range().prefix();
        int end = prefix == null ? -1 : prefix.value().length();
        for (int i = 0; i < request.depth() && end < name.value().length(); i++) {
            int dot = name.value().indexOf('.', end + 1);
            end = dot < 0 ? name.value().length() : dot;
        }
        return end == name.value().length() ? name : new StreamName(name.value().substring(0, end));
    }

    /** All names in order, each once. */
    private final class Merged {
        private final PriorityQueue<Cursor> heads = new PriorityQueue<>();
        private final Iterator<java.util.Map.Entry<StreamName, Known>> known = inMemory.entrySet().iterator();
        private java.util.Map.@Nullable Entry<StreamName, Known> nextKnown = known.hasNext() ? known.next() : null;

        Merged() {
            int few = Math.clamp(2L * request.limit() / Math.max(1, slots.size()), FEWEST, MOST);
            for (Slot slot : slots) {
                Cursor cursor = new Cursor(slot, few);
                if (cursor.advance()) {
                    heads.add(cursor);
                }
            }
        }

        @Nullable
        CatalogEntry next() {
            while (true) {
                Cursor cursor = heads.peek();
                int order = cursor == null
                        ? nextKnown == null ? 0 : 1
                        : nextKnown == null ? -1 : NameRange.ORDER.compare(cursor.head().name(), nextKnown.getKey());
                if (cursor == null && nextKnown == null) {
                    return null;
                }
                CatalogEntry inCatalog = cursor != null && order <= 0 ? take(cursor) : null;
                if (order < 0) {
                    return inCatalog;
                }
                CatalogEntry found = takeKnown(inCatalog);
                if (found != null) {
                    return found;
                }
            }
        }

        private CatalogEntry take(Cursor cursor) {
            CatalogEntry entry = cursor.head();
            heads.remove();
            if (cursor.advance()) {
                heads.add(cursor);
            }
            return entry;
        }

        private @Nullable CatalogEntry takeKnown(@Nullable CatalogEntry inCatalog) {
            java.util.Map.Entry<StreamName, Known> taken = java.util.Objects.requireNonNull(nextKnown);
            nextKnown = known.hasNext() ? known.next() : null;
            Known what = taken.getValue();
            if (!what.there) {
                return null;
            }
            if (what.entry != null) {
                return what.entry;
            }
            return inCatalog != null ? inCatalog : new CatalogEntry(taken.getKey(), 0, 0, 0, 0, null);
        }
    }

    /** Where one slot's catalog is being read. */
    private final class Cursor implements Comparable<Cursor> {
        private final Slot slot;
        private int batch;
        private Iterator<CatalogEntry> read = List.<CatalogEntry>of().iterator();
        private boolean mayHaveMore = true;
        private @Nullable CatalogEntry head;

        Cursor(Slot slot, int batch) {
            this.slot = slot;
            this.batch = batch;
        }

        CatalogEntry head() {
            return java.util.Objects.requireNonNull(head);
        }

        /** Goes to the next name; false: there is none. */
        boolean advance() {
            if (!read.hasNext() && mayHaveMore) {
                Collection<CatalogEntry> more = read();
                mayHaveMore = more.size() == batch;
                batch = Math.min(MOST, 2 * batch);
                read = more.iterator();
            }
            head = read.hasNext() ? read.next() : null;
            return head != null;
        }

        private List<CatalogEntry> read() {
            NameRange rest = head == null ? request.range() : request.range().after(head.name());
            return request.depth() == 0
                    ? catalogs.list(slot.number, slot.epoch, rest, batch)
                    : catalogs.names(slot.number, slot.epoch, rest, batch).stream()
                            .map(name -> new CatalogEntry(name, 0, 0, 0, 0, null))
                            .toList();
        }

        @Override
        public int compareTo(Cursor other) {
            return NameRange.ORDER.compare(head().name(), other.head().name());
        }
    }
}
