// SPDX-License-Identifier: Apache-2.0
package io.natspersist.client;

/**
 * A place in a stream's history: all changes up to {@code change}, the last of them as the owner with {@code epoch} told it.
 * An application that keeps the position of the last change it has dealt with can go on there later
 * ({@link WatchFrom#after(Position)}), and is told if that history no longer exists.
 */
public record Position(long epoch, long change) {

    /** Before a stream's first change. */
    public static final Position START = new Position(0, 0);

    public Position {
        if (epoch < 0 || change < 0) {
            throw new IllegalArgumentException("position " + epoch + "/" + change + " is negative");
        }
    }
}
