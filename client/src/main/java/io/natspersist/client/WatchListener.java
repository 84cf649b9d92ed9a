// SPDX-License-Identifier: Apache-2.0
package io.natspersist.client;

/**
 * Is told what happens to a stream: every change once, in the order of their numbers, none left out.
 *
 * <p>
 * The exception is a reset, and it is announced: {@link #onReset}, then {@link #onMessage} for the messages that the stream
 * holds, by sequence number, then the changes made while those were read, then {@link #onSnapshotEnd}, then all further
 * changes. What changed while the messages were read comes as a change, never as a message; a delete among those may
 * therefore name messages that were never seen. Between a reset and the snapshot's end the picture is not complete, and no
 * position is worth keeping.
 *
 * <p>
 * Calls come one at a time, on the client's event loop: a listener must not block, or the whole client waits. A listener that
 * throws ends its watch ({@link #onEnd}).
 */
public interface WatchListener {

    /** The next change. */
    void onChange(Change change);

    /** Forget everything known of this stream; its messages follow. */
    default void onReset(Reset reset) {}

    /** After a reset: a message that the stream holds. */
    default void onMessage(StreamMessage message) {}

    /** The picture is complete, and that of the stream at this position; the changes after it follow. */
    default void onSnapshotEnd(Position position) {}

    /** The watch ended by an error that no retry can mend. Nothing more comes. Not called after {@link Watch#close()}. */
    default void onEnd(PersistException cause) {}
}
