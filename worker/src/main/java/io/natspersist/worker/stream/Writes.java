// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.stream;

import io.natspersist.protocol.Cause;
import io.natspersist.protocol.ErrorCode;
import io.natspersist.protocol.StreamConfig;
import io.natspersist.worker.change.Change;
import io.natspersist.worker.file.StreamFile.Counted;
import io.natspersist.worker.file.StreamFile.Remembered;
import io.natspersist.worker.file.StreamFile.Uploaded;
import io.natspersist.worker.journal.Position;
import io.natspersist.worker.stream.Contents.Lookup;
import io.natspersist.worker.stream.Result.Refused;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Decides the operations that change a stream. Every check comes before anything is touched. Each method returns false when
 * a fact must be fetched first; it is then called again.
 */
final class Writes {

    private static final Lookup NOTHING = new Lookup.Missing();

    private final Stream stream;
    private final StreamHost host;
    private @Nullable Counted counted;

    Writes(Stream stream, StreamHost host) {
        this.stream = stream;
        this.host = host;
    }

    /** Something else went meanwhile: what waits must be counted anew. */
    void forgetCounted() {
        counted = null;
    }

    boolean set(Operation.Set op, Consumer<Result> answer) {
        Contents contents = stream.contents();
        Begun begun = begin(op, op.msgId(),
                before -> new Result.Stored(before.seq(), before.change(), before.epoch(), true), answer);
        if (begun != Begun.DECIDE) {
            return begun == Begun.ANSWERED;
        }
        long seq = op.seq() == 0 ? contents.lastSeq() + 1 : op.seq();
        if (op.key() != null && contents.key(op.key()) instanceof Lookup.AskFile) {
            return fetchKey(op.key());
        }
        if (contents.seq(seq) instanceof Lookup.AskFile) {
            return fetchSeq(seq);
        }
        Refused refused = refusal(op, new Limits.Taken());
        if (refused != null) {
            return tell(refused, answer);
        }
        if (op.large() != null) {
            // The last fact of all: the parts stay as they were found until the change is in the tail.
            Uploaded there = contents.upload(op.large().upload());
            if (there == null) {
                return stream.uploads().fetch(op.large());
            }
            Refused incomplete = stream.uploads().refusal(op.large(), there);
            if (incomplete != null) {
                return tell(incomplete, answer);
            }
        }
        Change.Set set = decided(op, contents.change() + 1, seq, host.now());
        store(set, stream.journal().append(set));
        Result stored = new Result.Stored(seq, set.number(), set.epoch(), false);
        stream.journaled(set, () -> answer.accept(stored));
        return true;
    }

    /** Why a set cannot be, all that it depends on being known; null: it can. */
    @Nullable
    Refused refusal(Operation.Set op, Limits.Taken taken) {
        Contents contents = stream.contents();
        if (op.expectLastSeq() != Operation.ABSENT && op.expectLastSeq() != contents.lastSeq()) {
            return wrongLastSeq(op.expectLastSeq());
        }
        if (op.expectSeq() != Operation.ABSENT) {
            long keySeq = op.key() != null && contents.key(op.key()) instanceof Lookup.Present there ? there.seq() : 0;
            if (op.expectSeq() != keySeq) {
                return wrongKeySeq(keySeq, op.expectSeq());
            }
        }
        Refused refused = refusalOfNumber(op, contents.lastSeq());
        if (refused != null) {
            return refused;
        }
        Lookup atKey = op.key() == null ? NOTHING : contents.key(op.key());
        Lookup atSeq = op.seq() == 0 ? NOTHING : contents.seq(op.seq());
        return stream.limits().refusal(op, atSeq, atKey, contents, taken, host.loop().nanos());
    }

    /** Numbers are used up where somebody stored at one of the last there are. */
    static @Nullable Refused refusalOfNumber(Operation.Set op, long lastSeq) {
        return op.seq() == 0 && lastSeq >= Long.MAX_VALUE - 1
                ? new Refused(ErrorCode.BAD_REQUEST, "no number is left after " + lastSeq)
                : null;
    }

    /** The change that a set amounts to. */
    Change.Set decided(Operation.Set op, long number, long seq, long now) {
        return new Change.Set(stream.name(), stream.epoch(), number, now, seq,
                op.time() == Operation.ABSENT ? now : op.time(), stream.limits().expires(op.ttl(), now), op.key(),
                op.msgId(),
                op.headers(), op.value(),
                op.large());
    }

    /** Takes in a set that is journaled; what stood at its seq and key is known. */
    Tail.Entry store(Change.Set set, Position position) {
        Contents contents = stream.contents();
        Lookup atKey = set.key() == null ? NOTHING : contents.key(set.key());
        Tail.Entry entry = contents.stored(set, position, contents.seq(set.seq()), atKey);
        stream.limits().stored(set, host.loop().nanos());
        remember(set.msgId());
        return entry;
    }

    boolean delete(Operation.Delete op, Consumer<Result> answer) {
        Contents contents = stream.contents();
        Begun begun = begin(op, op.msgId(), Writes::removedBefore, answer);
        if (begun != Begun.DECIDE) {
            return begun == Begun.ANSWERED;
        }
        List<Lookup.Present> there = new ArrayList<>();
        if (op.key() != null) {
            Lookup atKey = contents.key(op.key());
            if (atKey instanceof Lookup.AskFile) {
                return fetchKey(op.key());
            }
            long keySeq = atKey instanceof Lookup.Present p ? p.seq() : 0;
            if (op.expectSeq() != Operation.ABSENT && op.expectSeq() != keySeq) {
                return tell(wrongKeySeq(keySeq, op.expectSeq()), answer);
            }
            if (atKey instanceof Lookup.Present p) {
                there.add(p);
            }
        }
        for (long seq : op.seqs()) {
            Lookup atSeq = contents.seq(seq);
            if (atSeq instanceof Lookup.AskFile) {
                return fetchSeq(seq);
            }
            if (atSeq instanceof Lookup.Present p) {
                there.add(p);
            }
        }
        if (there.isEmpty()) {
            return tell(new Result.Removed(0, contents.change(), stream.epoch(), false), answer);
        }
        Change.Delete delete = new Change.Delete(stream.name(), stream.epoch(), contents.change() + 1, host.now(),
                there.stream().map(Lookup.Present::seq).toList(), Cause.ASKED, op.key(), op.msgId());
        Position position = stream.journal().append(delete);
        contents.deleted(delete, position, there);
        remember(op.msgId());
        Result removed = new Result.Removed(there.size(), delete.number(), delete.epoch(), false);
        stream.journaled(delete, () -> answer.accept(removed));
        return true;
    }

    boolean deleteAll(Operation.DeleteAll op, Consumer<Result> answer) {
        Contents contents = stream.contents();
        Counted fetched = counted;
        counted = null; // whatever comes of it, it is true for this operation only
        Begun begun = begin(op, op.msgId(), Writes::removedBefore, answer);
        if (begun != Begun.DECIDE) {
            return begun == Begun.ANSWERED;
        }
        long upTo = Math.min(op.endSeq(), contents.lastSeq());
        Counted goes = upTo == contents.lastSeq() ? new Counted(contents.messages(), contents.bytes()) : fetched;
        if (goes == null) {
            return stream.fetchFromWhole(f -> f.count(upTo), n -> counted = n);
        }
        if (goes.messages() == 0) {
            return tell(new Result.Removed(0, contents.change(), stream.epoch(), false), answer);
        }
        Change.DeleteAll all = new Change.DeleteAll(stream.name(), stream.epoch(), contents.change() + 1, host.now(),
                upTo, Cause.ASKED, op.msgId());
        Position position = stream.journal().append(all);
        contents.cleared(all, position, goes.messages(), goes.bytes());
        remember(op.msgId());
        Result removed = new Result.Removed(goes.messages(), all.number(), all.epoch(), false);
        stream.journaled(all, () -> answer.accept(removed));
        return true;
    }

    boolean destroy(Operation.Destroy op, Consumer<Result> answer) {
        Contents contents = stream.contents();
        Begun begun = begin(op, op.msgId(),
                before -> new Result.Destroyed(true, 0, before.change(), before.epoch(), true),
                answer);
        if (begun != Begun.DECIDE) {
            return begun == Begun.ANSWERED;
        }
        if (op.expectLastSeq() != Operation.ABSENT && op.expectLastSeq() != contents.lastSeq()) {
            return tell(wrongLastSeq(op.expectLastSeq()), answer);
        }
        if (!contents.exists()) {
            return tell(new Result.Destroyed(false, 0, contents.change(), stream.epoch(), false), answer);
        }
        long messages = contents.messages();
        Change.Destroy destroy = new Change.Destroy(stream.name(), stream.epoch(), contents.change() + 1, host.now(),
                contents.lastSeq(), op.msgId());
        contents.destroyed(destroy, stream.journal().append(destroy));
        stream.limits().configured(StreamConfig.NONE);
        remember(op.msgId());
        Result destroyed = new Result.Destroyed(true, messages, destroy.number(), destroy.epoch(), false);
        stream.journaled(destroy, () -> answer.accept(destroyed));
        return true;
    }

    boolean config(Operation.Config op, Consumer<Result> answer) {
        Contents contents = stream.contents();
        StreamConfig config = op.config();
        if (config == null) {
            return tell(configured(contents.change(), stream.epoch(), false), answer);
        }
        if (!stream.limits().allows(config)) {
            return tell(new Refused(ErrorCode.BAD_REQUEST,
                    "durability: whether a stream is ephemeral is not its own to say: the defaults for its name do"),
                    answer);
        }
        if (config.durability() == StreamConfig.Durability.SHIPPED && !stream.journal().isShipped()) {
            return tell(new Refused(ErrorCode.BAD_REQUEST,
                    "durability: nothing is shipped here, all workers have the volume: sync is as much"), answer);
        }
        Begun begun = begin(op, op.msgId(), before -> configured(before.change(), before.epoch(), true), answer);
        if (begun != Begun.DECIDE) {
            return begun == Begun.ANSWERED;
        }
        if (config.equals(stream.limits().own())) {
            return tell(configured(contents.change(), stream.epoch(), false), answer);
        }
        Change.Config change = new Change.Config(stream.name(), stream.epoch(), contents.change() + 1, host.now(),
                config, op.msgId());
        contents.configured(change, stream.journal().append(change));
        stream.limits().configured(config);
        remember(op.msgId());
        Result result = configured(change.number(), change.epoch(), false);
        stream.journaled(change, () -> answer.accept(result));
        return true;
    }

    private Result configured(long change, long epoch, boolean duplicate) {
        return new Result.Configured(stream.limits().own(), stream.limits().effective(), change, epoch, duplicate);
    }

    private enum Begun {
        /** Nothing stands in the way. */
        DECIDE,
        /** It was carried out before, or nothing can be written just now. */
        ANSWERED,
        /** A fact is being fetched. */
        WAITS
    }

    /** @param again what a request is answered whose message id was used before */
    private Begun begin(Operation op, @Nullable String msgId, Function<Remembered, Result> again,
            Consumer<Result> answer) {
        if (msgId != null && mustAskForId(msgId)) {
            fetchId(msgId);
            return Begun.WAITS;
        }
        Remembered before = remembered(msgId);
        if (before != null) {
            tell(again.apply(before), answer);
            return Begun.ANSWERED;
        }
        Refused trouble = stream.refusal(op);
        if (trouble != null) {
            answer.accept(trouble);
            return Begun.ANSWERED;
        }
        return Begun.DECIDE;
    }

    private static Result removedBefore(Remembered before) {
        return new Result.Removed(0, before.change(), before.epoch(), true);
    }

    /** Gives an answer that reflects the stream as it is; always returns true. */
    private boolean tell(Result result, Consumer<Result> answer) {
        stream.answer(() -> answer.accept(result));
        return true;
    }

    private Refused wrongLastSeq(long expected) {
        return new Refused(ErrorCode.WRONG_LAST_SEQ,
                "the last seq is " + stream.contents().lastSeq() + ", not " + expected);
    }

    private static Refused wrongKeySeq(long actual, long expected) {
        return new Refused(ErrorCode.WRONG_KEY_SEQ,
                actual == 0
                        ? "there is no such key; seq " + expected + " was expected"
                        : "the key's seq is " + actual + ", not " + expected);
    }

    // ---- message ids

    boolean mustAskForId(String msgId) {
        return !host.mistake(StreamMistake.DEDUP_OFF) && stream.contents().remembered(msgId) == null
                && stream.file().exists() && !stream.contents().askedForId(msgId)
                && host.recentIds().mayContain(stream.name(), msgId);
    }

    @Nullable
    Remembered remembered(@Nullable String msgId) {
        return msgId == null || host.mistake(StreamMistake.DEDUP_OFF) ? null : stream.contents().remembered(msgId);
    }

    private void remember(@Nullable String msgId) {
        if (msgId != null) {
            host.recentIds().add(stream.name(), msgId);
        }
    }

    private boolean fetchId(String msgId) {
        return stream.fetch(f -> f.remembered(msgId, 0), found -> stream.contents().learnId(msgId, found));
    }

    private boolean fetchKey(String key) {
        return stream.fetch(f -> f.get(key), found -> stream.contents().learnKey(key, found.orElse(null)));
    }

    private boolean fetchSeq(long seq) {
        return stream.fetch(f -> f.get(seq), found -> stream.contents().learnSeq(seq, found.orElse(null)));
    }
}
