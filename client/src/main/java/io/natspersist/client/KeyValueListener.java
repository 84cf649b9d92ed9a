// SPDX-License-Identifier: Apache-2.0
package io.natspersist.client;

/**
 * Is told what a key-value store holds, and then every change to it, in order. Where the history is cut (the store's log no
 * longer reaches back) the store is read again: what vanished meanwhile is told as removed, and what is there is told once
 * more. Calls come one at a time, on the client's event loop, and must not block.
 */
public interface KeyValueListener {

    /** The key has this value now. */
    void onPut(Entry entry);

    /** The key is gone. */
    void onDelete(String key);

    /** What the store held when the watch began (or began again) has been told; changes follow. */
    default void onCurrent() {}

    /** The store lost this many changes that had been told: possible in {@code relaxed}, when a machine dies. */
    default void onLost(long changes) {}

    /** The watch ended by an error that no retry can mend. Not called after {@link Watch#close()}. */
    default void onEnd(PersistException cause) {}
}
