// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.stream;

import io.natspersist.protocol.Cause;
import io.natspersist.worker.change.Change;
import io.natspersist.worker.file.StreamFile.Evictable;
import io.natspersist.worker.file.StreamFile.Expiring;
import io.natspersist.worker.journal.Position;
import io.natspersist.worker.stream.Contents.Lookup;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Lets messages go by themselves: those whose time is up before anything else is done with the stream, the first ones of a
 * stream that is over its limits soon after. Each time that is a change like any other.
 */
final class Tidying {

    /** How long the first messages may stay beyond a limit: so many go at once. */
    private static final long EVICT_AFTER_MILLIS = 500;

    private final Stream stream;
    private final StreamHost host;
    private final Runnable expired;
    private @Nullable Evictable evictable;
    private long lastExpiry;
    /** No sooner than this the first messages go, ms since the epoch. */
    private long evictFrom = Long.MIN_VALUE;

    /** @param expired told whenever messages have expired: what was counted before is no longer true */
    Tidying(Stream stream, StreamHost host, Runnable expired) {
        this.stream = stream;
        this.host = host;
        this.expired = expired;
    }

    /** The last change that removed what has expired; 0: none. */
    long lastExpiry() {
        return lastExpiry;
    }

    /** Removes what has expired; false: the file must be asked first, and this is to be called again. */
    boolean expire() {
        Expiry expiry = stream.contents().expiry();
        while (expiry.next() != Long.MAX_VALUE && expiry.next() <= host.now()
                && !host.mistake(StreamMistake.EXPIRED_IS_KEPT)) {
            List<Expiring> due = expiry.due(host.now());
            if (due.isEmpty()) {
                return stream.fetchFromWhole(f -> f.expiring(Expiry.MOST), expiry::learn);
            }
            evictable = null;
            expired.run();
            Change.Delete gone = new Change.Delete(stream.name(), stream.epoch(), stream.contents().change() + 1,
                    host.now(), due.stream().map(Expiring::seq).toList(), Cause.EXPIRED, null, null);
            Position position = stream.journal().append(gone);
            stream.contents().deleted(gone, position,
                    due.stream().map(m -> new Lookup.Present(m.seq(), m.key(), m.bytes())).toList());
            lastExpiry = gone.number();
            stream.journaled(gone, () -> {});
        }
        return true;
    }

    /** Removes the first messages while there are too many, or they are too old; false as {@link #expire}. */
    boolean evict() {
        Contents contents = stream.contents();
        Limits limits = stream.limits();
        Evictable goes = evictable;
        evictable = null;
        long now = host.now();
        if (!limits.isOver(contents) && limits.tooOldAt(contents) > now) {
            return true;
        }
        if (goes == null) {
            long oldest = limits.oldest(now);
            if (!contents.onlyInTail()) {
                return stream.fetchFromWhole(f -> f.evictable(limits.maxMessages(), limits.maxBytes(), oldest),
                        found -> evictable = found);
            }
            goes = contents.evictable(limits.maxMessages(), limits.maxBytes(), oldest);
        }
        evictFrom = now + EVICT_AFTER_MILLIS;
        if (goes.messages() > 0 && host.mistake(StreamMistake.EVICTS_ONE_TOO_MANY)) {
            goes = new Evictable(goes.upToSeq() + 1, goes.messages() + 1, goes.bytes());
        }
        if (goes.messages() > 0) {
            Change.DeleteAll evicted = new Change.DeleteAll(stream.name(), stream.epoch(), contents.change() + 1, now,
                    goes.upToSeq(), Cause.EVICTED, null);
            contents.cleared(evicted, stream.journal().append(evicted), goes.messages(), goes.bytes());
            stream.journaled(evicted, () -> {});
        }
        return true;
    }

    /** When there is something to do next, ms since the epoch; {@code Long.MAX_VALUE}: never. */
    long next() {
        Contents contents = stream.contents();
        Limits limits = stream.limits();
        long evict = limits.isOver(contents) ? host.now() + EVICT_AFTER_MILLIS : limits.tooOldAt(contents);
        return Math.min(contents.expiry().next(), Math.max(evict, evictFrom));
    }
}
