// SPDX-License-Identifier: Apache-2.0
package io.natspersist.client;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Sets that are to travel together:
 *
 * <pre>{@code
 * stream.setAllOrNone(new Batch().add(SetOptions.key("from"), less).add(SetOptions.key("to"), more))
 * }</pre>
 *
 * Not safe for use by many threads.
 */
public final class Batch {

    /** One set. */
    record Item(SetOptions options, byte @Nullable [] value) {}

    private final List<Item> items = new ArrayList<>();

    /** Adds a message to be appended. The bytes are not copied: do not change them. */
    public Batch add(byte @Nullable [] value) {
        return add(SetOptions.NONE, value);
    }

    /** Adds a message. A null value differs from an empty one; the bytes are not copied: do not change them. */
    public Batch add(SetOptions options, byte @Nullable [] value) {
        items.add(new Item(options, value));
        return this;
    }

    public int size() {
        return items.size();
    }

    List<Item> items() {
        return List.copyOf(items);
    }
}
