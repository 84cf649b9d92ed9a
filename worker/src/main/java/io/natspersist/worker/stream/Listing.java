// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.stream;

import io.natspersist.protocol.StreamName;
import io.natspersist.worker.file.Branch;
import io.natspersist.worker.file.CatalogEntry;
import io.natspersist.worker.file.Catalogs;
import io.natspersist.worker.file.NameRange;
import io.natspersist.worker.file.StreamFile;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.NavigableMap;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Reads one page from the catalogs of several slots, a few names of each at a time, and puts what the worker knows of open streams over it.
 * What was in memory must have been looked at before any catalog is read: what leaves the memory is in a catalog then. Runs off the loop.
 */
final class Listing {

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
        List<Integer> numbers = slots.stream().map(Slot::number).toList();
        return request.depth() == 0 ? streams(new Merged(), numbers) : tree(numbers);
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

    /** Of each slot the first prefixes, so that all of a prefix's streams are counted before the page ends with it. */
    private Listed tree(List<Integer> numbers) {
        Set<String> known = new HashSet<>();
        NavigableMap<StreamName, Branch> page = new TreeMap<>(NameRange.ORDER);
        inMemory.forEach((name, what) -> {
            known.add(NameRange.sortable(name));
            if (what.there) {
                StreamName prefix = NameRange.cut(name, request.range().tokens(request.depth()));
                add(page, new Branch(prefix, 1, prefix.equals(name)));
            }
        });
        for (Slot slot : slots) {
            StreamName upTo = page.size() > request.limit() ? page.lastKey() : null;
            catalogs.branches(slot.number, slot.epoch, request.range(), request.depth(), upTo, known,
                    request.limit() + 1).forEach(branch -> add(page, branch));
        }
        List<Branch> fitting = new ArrayList<>();
        long bytes = 0;
        for (Branch branch : page.values()) {
            bytes += branch.prefix().value().length() * 6L + ITEM_OVERHEAD;
            if (fitting.size() == request.limit() || (!fitting.isEmpty() && bytes > maxBytes)) {
                return new Listed.Tree(fitting, fitting.getLast().prefix(), numbers);
            }
            fitting.add(branch);
        }
        return new Listed.Tree(fitting, null, numbers);
    }

    /** Keeps one more than the page may have, to know that there are more. */
    private void add(NavigableMap<StreamName, Branch> page, Branch branch) {
        page.merge(branch.prefix(), branch, Branch::and);
        if (page.size() > request.limit() + 1) {
            page.pollLastEntry();
        }
    }

    /** All names in order, each once. */
    private final class Merged {
        private final PriorityQueue<Cursor> heads = new PriorityQueue<>();
        private final Iterator<java.util.Map.Entry<StreamName, Known>> known = inMemory.entrySet().iterator();
        private java.util.Map.@Nullable Entry<StreamName, Known> nextKnown = known.hasNext() ? known.next() : null;

        Merged() {
            int few = Math.clamp(share(request.limit(), slots.size()), 1, MOST);
            for (Slot slot : slots) {
                Cursor cursor = new Cursor(slot, few);
                if (cursor.advance()) {
                    heads.add(cursor);
                }
            }
        }

        /** As many names as one of the slots seldom exceeds, where names fall to slots by chance. */
        private static long share(int names, int slots) {
            double mean = (double) names / Math.max(1, slots);
            return (long) Math.ceil(mean + 2 * Math.sqrt(mean));
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
        private String sortable = "";

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
            sortable = head == null ? "" : NameRange.sortable(head.name());
            return head != null;
        }

        private List<CatalogEntry> read() {
            NameRange rest = head == null ? request.range() : request.range().after(head.name());
            return catalogs.list(slot.number, slot.epoch, rest, batch);
        }

        @Override
        public int compareTo(Cursor other) {
            return StreamFile.KEY_ORDER.compare(sortable, other.sortable);
        }
    }
}
