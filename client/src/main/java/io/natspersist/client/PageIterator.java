// SPDX-License-Identifier: Apache-2.0
package io.natspersist.client;

import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Walks over pages, and asks for the next one when the last is used up. */
final class PageIterator<T> implements Iterator<T> {

    private final PersistClient client;
    private @Nullable CompletableFuture<Page<T>> coming;
    private Iterator<T> items = java.util.Collections.emptyIterator();

    PageIterator(PersistClient client, CompletableFuture<Page<T>> first) {
        this.client = client;
        this.coming = first;
    }

    @Override
    public boolean hasNext() {
        while (!items.hasNext() && coming != null) {
            Page<T> page = client.await(coming);
            items = page.items().iterator();
            coming = page.next().orElse(null);
        }
        return items.hasNext();
    }

    @Override
    public T next() {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        return items.next();
    }
}
