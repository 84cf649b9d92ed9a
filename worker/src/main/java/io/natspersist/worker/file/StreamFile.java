// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.file;

import io.natspersist.protocol.StreamConfig;
import io.natspersist.worker.change.Change;
import io.natspersist.worker.change.LargeValue;
import io.natspersist.worker.change.Message;
import io.natspersist.worker.cold.ColdTier;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
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

    /** Of the messages that were stored with this message id and have a time at or after {@code since}, the newest by seq. */
    Optional<Message> ofMsgId(String msgId, long since);

    /**
     * Messages in the order of their seq, or newest first.
     *
     * @param limit at most this many; at least 1
     * @param maxBytes stops before the message that would pass it, but never before the first
     */
    Slice read(Range range, int limit, long maxBytes);

    /** The seq of the {@code n}-th newest message, by seq, of a range; 0: there are fewer. */
    long nthNewest(Range range, long n);

    /** How many messages have a seq of at most {@code upToSeq}, and their bytes. */
    Counted count(long upToSeq);

    /**
     * The first messages, that must go until at most so many, with so many bytes, are left, and the first of those has a time
     * of at least {@code oldest}. Reads what goes, and one message more.
     */
    Evictable evictable(long maxMessages, long maxBytes, long oldest);

    /** The messages that expire, the soonest first. */
    List<Expiring> expiring(int limit);

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

    /**
     * Keeps one part of an upload, in a transaction of its own. Not durable until {@link #sync()}.
     *
     * @param part from 1
     * @param now ms since the epoch
     */
    Staged stage(String upload, int part, byte[] data, int crc32c, long now);

    /**
     * What is there of an upload. One that may still become a value is young again.
     *
     * @param now ms since the epoch
     */
    Uploaded upload(String upload, long now);

    /** One part of an upload, from 1. */
    Optional<Part> part(String upload, int part);

    /**
     * Of the uploads that are no message's value, when the oldest was last added to, ms since the epoch; 0: there is
     * something to be deleted now; {@link Long#MAX_VALUE}: there is none.
     */
    long oldestUnused();

    /**
     * Deletes parts that no message needs, in a transaction of its own: of values that are gone, and of uploads to which
     * nothing was added since {@code unusedSince}.
     *
     * @param unusedSince ms since the epoch
     * @param keep uploads of which nothing is deleted
     * @param maxBytes about how much is deleted at most; at least one part
     */
    void clean(long unusedSince, Set<String> keep, long maxBytes);

    /**
     * The file as it is now, with all that was applied; later changes do not alter it. It is the caller's to close, on any thread, also when
     * the file is closed.
     *
     * @param now ms since the epoch
     */
    ColdTier.Snapshot snapshot(long now);

    /** What is to be kept of a stream whose last change has destroyed it. */
    Tombstone tombstone();

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
     * @param firstTime its time, ms since the epoch; 0: none
     * @param messages how many messages there are now
     * @param bytes the sum of their {@link Message#bytes()}
     * @param config what was configured last
     * @param destroyed whether the last change destroyed the stream
     */
    record State(List<EpochStart> epochs, long change, long lastSeq, long firstSeq, long firstTime, long messages,
            long bytes, StreamConfig config, boolean destroyed) {
        public static final State EMPTY = new State(List.of(), 0, 0, 0, 0, 0, 0, StreamConfig.NONE, false);

        public State {
            epochs = List.copyOf(epochs);
        }
    }

    /** An owner's epoch and the number of its first change. */
    record EpochStart(long epoch, long firstChange) {

        /** The epoch of the owner that decided a change; 0: none of these did. */
        public static long of(long change, List<EpochStart> owners) {
            for (EpochStart owner : owners.reversed()) {
                if (owner.firstChange <= change) {
                    return owner.epoch;
                }
            }
            return 0;
        }
    }

    /**
     * Messages with a seq and a time between these, both included.
     *
     * @param fromTime ms since the epoch, as {@code toTime}
     * @param newestFirst by seq
     */
    record Range(long fromSeq, long toSeq, long fromTime, long toTime, boolean newestFirst) {
        public static final Range ALL = seqs(1, Long.MAX_VALUE);

        public static Range seqs(long fromSeq, long toSeq) {
            return new Range(fromSeq, toSeq, 0, Long.MAX_VALUE, false);
        }

        public Range from(long seq) {
            return new Range(Math.max(fromSeq, seq), toSeq, fromTime, toTime, newestFirst);
        }

        public boolean includesTime(long time) {
            return fromTime <= time && time <= toTime;
        }
    }

    /**
     * Some messages of a range, in its order; perhaps none, and yet not all.
     *
     * @param next the seq at which the rest of the range begins, or ends where it is newest first; 0: there is no rest
     */
    record Slice(List<Message> messages, long next) {
        public Slice {
            messages = List.copyOf(messages);
        }
    }

    record Counted(long messages, long bytes) {}

    /** So many messages up to a seq. */
    record Evictable(long upToSeq, long messages, long bytes) {}

    /** A message that expires, ms since the epoch. */
    record Expiring(long expires, long seq, @Nullable String key, long bytes) {}

    record KeySeq(String key, long seq) {}

    /** What staging a part came to. */
    enum Staged {
        /** It is there, or was there already with the same bytes. */
        KEPT,
        /** Another part has its number. */
        DIFFERS,
        /** The upload is a message's value already, or is being deleted. */
        CLOSED
    }

    /**
     * @param open whether it may still become a value
     * @param parts how many there are
     * @param size of all of them, bytes
     * @param firstMissing the lowest number, from 1, that no part has
     * @param crc32c of the parts up to there, one after the other
     */
    record Uploaded(boolean open, int parts, long size, int firstMissing, int crc32c) {
        public static final Uploaded NOTHING = new Uploaded(true, 0, 0, 1, 0);

        /** Whether that is all of the value. */
        public boolean isWhole(LargeValue value) {
            return firstMissing > value.parts() && size == value.size() && crc32c == value.crc32c();
        }
    }

    record Part(byte[] data, int crc32c) {}

    /** What a request with a message id came to. {@code seq}: that of the set; for deletes 0. */
    record Remembered(long change, long epoch, long seq) {}
}
