// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.file;

import io.natspersist.worker.change.Change;
import io.natspersist.worker.change.Message;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One stream's file, open and locked by its one writer. Confined to one thread at a time. Every method throws
 * {@link StreamFileException} when the file cannot be used; after that only {@link #abandon()} may be called.
 */
public interface StreamFile {

    /** By code point, which is the order of UTF-8 bytes too, and not quite that of {@link String#compareTo}. */
    Comparator<String> KEY_ORDER = StreamFile::compareCodePoints;

    /** The counters as of the last batch applied. */
    State state();

    /**
     * Puts changes into the file, in order and in one transaction, together with the number they reach. They must follow
     * {@link State#change()} without a gap. Not durable until {@link #sync()}.
     */
    void apply(List<Change> changes);

    /** Makes everything applied durable, and proves that the lock was still held. */
    void sync();

    Optional<Message> get(long seq);

    Optional<Message> get(String key);

    /** The message with the highest seq. */
    Optional<Message> last();

    /** Of the messages with a time at or after {@code time}, the one with the lowest seq. */
    Optional<Message> firstSince(long time);

    /**
     * Messages in the order of their seq.
     *
     * @param fromSeq the first seq wanted
     * @param toSeq the last seq wanted
     * @param limit at most this many; at least 1
     * @param maxBytes stops before the message that would pass it, but never before the first
     */
    List<Message> read(long fromSeq, long toSeq, int limit, long maxBytes);

    /** How many messages have a seq of at most {@code upToSeq}, and their bytes. */
    Counted count(long upToSeq);

    /** Keys and the seqs of their messages, in {@link #KEY_ORDER}, after {@code afterKey} (null: from the first). */
    List<KeySeq> keys(@Nullable String afterKey, int limit);

    /** What is remembered under a message id that was used at or after {@code since} (ms since the epoch). */
    Optional<Remembered> remembered(String msgId, long since);

    /** All message ids used at or after {@code since}, ms since the epoch. */
    List<String> rememberedIds(long since);

    /**
     * The changes after number {@code after}, in order: at most {@code limit}, and about {@code maxBytes}, but at least one.
     * Empty optional: the log no longer reaches back that far.
     */
    Optional<List<Change>> changesAfter(long after, int limit, long maxBytes);

    /** Checkpoints, makes everything durable and lets go of the file, which then holds everything by itself. */
    void close();

    /** Lets go of the file without touching what is on the volume; used after a failure. */
    void abandon();

    private static int compareCodePoints(String a, String b) {
        for (int i = 0; i < Math.min(a.length(), b.length()); i++) {
            char x = a.charAt(i);
            char y = b.charAt(i);
            if (x != y) {
                // A surrogate is half of a code point above all that are one char.
                return Character.isSurrogate(x) == Character.isSurrogate(y)
                        ? Character.compare(x, y)
                        : Boolean.compare(Character.isSurrogate(x), Character.isSurrogate(y));
            }
        }
        return Integer.compare(a.length(), b.length());
    }

    /**
     * @param epochs for each owner that changed the stream, in order: its epoch and its first change
     * @param change the number of the last change applied; 0: none
     * @param lastSeq the highest seq ever assigned; 0: none
     * @param firstSeq the lowest seq of a message that is there now; 0: none
     * @param messages how many messages there are now
     * @param bytes the sum of their {@link Message#bytes()}
     */
    record State(List<EpochStart> epochs, long change, long lastSeq, long firstSeq, long messages, long bytes) {
        public static final State EMPTY = new State(List.of(), 0, 0, 0, 0, 0);

        public State {
            epochs = List.copyOf(epochs);
        }
    }

    /** An owner's epoch and the number of its first change. */
    record EpochStart(long epoch, long firstChange) {}

    record Counted(long messages, long bytes) {}

    record KeySeq(String key, long seq) {}

    /** What a request with a message id came to. {@code seq}: that of the set; for deletes 0. */
    record Remembered(long change, long epoch, long seq) {}
}
