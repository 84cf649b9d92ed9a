// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.file;

import io.natspersist.protocol.Cause;
import io.natspersist.protocol.StreamConfig;
import io.natspersist.protocol.StreamName;
import io.natspersist.transport.Headers;
import io.natspersist.worker.change.Change;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Writes one stream's changes for tests: counts changes and seqs, and tells the time, a millisecond each. */
final class Changes {
    static final StreamName STREAM = new StreamName("projects.42.Notes");

    private final StreamName stream;
    private long epoch;
    private long number;
    private long seq;
    private long now = 1_700_000_000_000L;

    Changes(long epoch) {
        this(STREAM, epoch);
    }

    Changes(StreamName stream, long epoch) {
        this.stream = stream;
        this.epoch = epoch;
    }

    Changes epoch(long next) {
        epoch = next;
        return this;
    }

    Changes later(long millis) {
        now += millis;
        return this;
    }

    long now() {
        return now;
    }

    long seq() {
        return seq;
    }

    Change.Set set(String value) {
        return set(null, value);
    }

    Change.Set set(@Nullable String key, @Nullable String value) {
        return set(key, null, value);
    }

    Change.Set set(@Nullable String key, @Nullable String msgId, @Nullable String value) {
        return at(seq + 1, key, msgId, Headers.NONE, value == null ? null : value.getBytes(StandardCharsets.UTF_8));
    }

    Change.Set at(long atSeq, @Nullable String key, @Nullable String msgId, Headers headers, byte @Nullable [] value) {
        seq = Math.max(seq, atSeq);
        return new Change.Set(stream, epoch, ++number, ++now, atSeq, number % 3 == 0 ? now - 5 : now, 0, key, msgId,
                headers, value);
    }

    Change.Delete delete(Long... seqs) {
        return new Change.Delete(stream, epoch, ++number, ++now, List.of(seqs), Cause.ASKED, null, null);
    }

    Change.Delete deleteKey(String key, long atSeq, String msgId) {
        return new Change.Delete(stream, epoch, ++number, ++now, List.of(atSeq), Cause.ASKED, key, msgId);
    }

    Change.DeleteAll deleteAll(long upTo, @Nullable String msgId) {
        return new Change.DeleteAll(stream, epoch, ++number, ++now, upTo, Cause.ASKED, msgId);
    }

    /** The same set, of a message that goes by itself. */
    static Change.Set expiring(long expires, Change.Set set) {
        return new Change.Set(set.stream(), set.epoch(), set.number(), set.decidedAt(), set.seq(), set.time(), expires,
                set.key(), set.msgId(), set.headers(), set.value(), set.large());
    }

    Change.Delete expire(Long... seqs) {
        return new Change.Delete(stream, epoch, ++number, ++now, List.of(seqs), Cause.EXPIRED, null, null);
    }

    Change.DeleteAll evict(long upTo) {
        return new Change.DeleteAll(stream, epoch, ++number, ++now, upTo, Cause.EVICTED, null);
    }

    Change.Config configure(StreamConfig config, @Nullable String msgId) {
        return new Change.Config(stream, epoch, ++number, ++now, config, msgId);
    }

    Change.Destroy destroy(@Nullable String msgId) {
        return new Change.Destroy(stream, epoch, ++number, ++now, seq, msgId);
    }
}
