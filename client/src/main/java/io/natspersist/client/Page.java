// SPDX-License-Identifier: Apache-2.0
package io.natspersist.client;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Some of many items; the next page is asked for when it is wanted, so nothing piles up. */
public final class Page<T> {

    private final List<T> items;
    private final Position position;
    private final @Nullable Supplier<CompletableFuture<Page<T>>> next;

    Page(List<T> items, Position position, @Nullable Supplier<CompletableFuture<Page<T>>> next) {
        this.items = List.copyOf(items);
        this.position = position;
        this.next = next;
    }

    public List<T> items() {
        return items;
    }

    /** The stream's last change when this page was read. Pages may differ in it. */
    public Position position() {
        return position;
    }

    public boolean hasNext() {
        return next != null;
    }

    /** Asks for the next page; empty: this was the last. */
    public Optional<CompletableFuture<Page<T>>> next() {
        return next == null ? Optional.empty() : Optional.of(next.get());
    }
}
