// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.stream;

import io.natspersist.protocol.ErrorCode;
import io.natspersist.worker.change.Change;
import io.natspersist.worker.change.Message;
import io.natspersist.worker.file.StreamFile;
import io.natspersist.worker.file.StreamFile.EpochStart;
import io.natspersist.worker.file.StreamFile.KeySeq;
import io.natspersist.worker.file.StreamFile.Range;
import io.natspersist.worker.file.StreamFile.Slice;
import io.natspersist.worker.file.StreamFileException;
import io.natspersist.worker.stream.Contents.Lookup;
import io.natspersist.worker.stream.Result.Refused;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Answers the operations that read a stream: from the tail where it knows, else from the file, into which the tail goes
 * first where a query spans both. Each method returns true: a read never holds up what comes behind it.
 */
final class Reads {

    private final Stream stream;
    private final StreamHost host;
    private final RecentReads.OfStream recent;
    private final Lookups lookups;

    Reads(Stream stream, StreamHost host) {
        this.stream = stream;
        this.host = host;
        this.recent = host.recentReads().ofStream();
        this.lookups = new Lookups(stream, recent);
    }

    /** Messages that were read lately. */
    RecentReads.OfStream recent() {
        return recent;
    }

    boolean get(Operation.Which which, Consumer<Result> answer) {
        switch (which) {
            case Operation.Which.Seq w -> getSeq(w.seq(), answer);
            case Operation.Which.Key w -> getKey(w.key(), answer);
            case Operation.Which.Last w -> getLast(answer);
            case Operation.Which.Since w -> messageFromFile(f -> f.firstSince(w.time()), answer);
            case Operation.Which.MsgId w -> messageFromFile(f -> f.ofMsgId(w.id(), w.since()), answer);
        }
        return true;
    }

    private void getSeq(long seq, Consumer<Result> answer) {
        Tail.Entry inTail = stream.contents().tail().at(seq);
        Message kept = inTail == null ? recent.at(seq) : null;
        if (inTail != null) {
            tell(inTail, answer);
        } else if (kept != null) {
            tell(kept, answer);
        } else if (stream.contents().seq(seq) instanceof Lookup.Missing) {
            tell(found(null), answer);
        } else {
            lookups.bySeq(seq, m -> tell(m, answer), e -> refuse(e, answer));
        }
    }

    private void getKey(String key, Consumer<Result> answer) {
        Message kept = recent.at(key);
        if (kept != null) {
            tell(kept, answer);
            return;
        }
        switch (stream.contents().key(key)) {
            case Lookup.Missing missing -> tell(found(null), answer);
            case Lookup.Present there when stream.contents().tail().at(there.seq()) != null ->
                getSeq(there.seq(), answer);
            case Lookup.Present there -> keyInFile(key, answer);
            case Lookup.AskFile ask -> keyInFile(key, answer);
        }
    }

    /** The tail says nothing of the key, but may say that everything below some seq is gone. */
    private void keyInFile(String key, Consumer<Result> answer) {
        long cleared = stream.contents().tail().clearedUpTo();
        lookups.byKey(key, m -> tell(m == null || m.seq() <= cleared ? null : m, answer), e -> refuse(e, answer));
    }

    private void getLast(Consumer<Result> answer) {
        Tail.Entry last = stream.contents().tail().lastLive();
        if (last != null && last.set().seq() == stream.contents().lastSeq()) {
            tell(last, answer);
            return;
        }
        Message kept = recent.at(stream.contents().lastSeq());
        if (kept != null) {
            tell(kept, answer);
        } else {
            messageFromFile(StreamFile::last, answer);
        }
    }

    private void tell(Tail.Entry entry, Consumer<Result> answer) {
        if (entry.spilled()) {
            stream.file().apart(() -> ((Change.Set) stream.readBack(entry.position())).message(),
                    m -> tell(m, answer), e -> refuse(e, answer));
        } else {
            tell(entry.set().message(), answer);
        }
    }

    /** What is told of one message waits for no change but the one that stored it. */
    private void tell(@Nullable Message message, Consumer<Result> answer) {
        Result result = found(message);
        if (message == null) {
            tell(result, answer);
        } else {
            stream.answer(message.change(), () -> answer.accept(result));
        }
    }

    private Result found(@Nullable Message message) {
        return message == null
                ? new Refused(ErrorCode.NOT_FOUND, "there is no such message")
                : new Result.Found(message, stream.epoch());
    }

    boolean getAll(Operation.GetAll op, Consumer<Result> answer) {
        Slice inTail = stream.contents().onlyInTail() ? inTail(op) : null;
        if (inTail != null) {
            tell(page(inTail, stream.contents().change()), answer);
        } else {
            fromWholeFile(f -> {
                Range range = op.lastN() == 0 ? op.range() : op.range().from(f.nthNewest(op.range(), op.lastN()));
                return page(f.read(range, op.limit(), host.maxAnswerBytes()), f.state().change());
            }, answer);
        }
        return true;
    }

    /** The messages wanted; null: some value is not in memory. */
    private @Nullable Slice inTail(Operation.GetAll op) {
        Tail tail = stream.contents().tail();
        Range range = op.lastN() == 0 ? op.range() : op.range().from(tail.nthNewest(op.range(), op.lastN()));
        List<Message> result = new ArrayList<>();
        for (Tail.Entry entry : tail.live(range)) {
            Change.Set set = entry.set();
            if (result.size() == op.limit()) {
                return new Slice(result, set.seq());
            }
            if (range.includesTime(set.time())) {
                if (entry.spilled()) {
                    return null;
                }
                result.add(set.message());
            }
        }
        return new Slice(result, 0);
    }

    private Result page(Slice slice, long change) {
        return new Pages(host.maxAnswerBytes(), stream.epoch()).of(slice, change);
    }

    boolean keys(Operation.Keys op, Consumer<Result> answer) {
        if (stream.contents().onlyInTail()) {
            List<KeySeq> inTail = stream.contents().tail().keys().entrySet().stream()
                    .filter(e -> e.getValue().seq() != 0)
                    .filter(e -> op.afterKey() == null || StreamFile.KEY_ORDER.compare(e.getKey(), op.afterKey()) > 0)
                    .sorted(Map.Entry.comparingByKey(StreamFile.KEY_ORDER))
                    .limit(op.limit() + 1L)
                    .map(e -> new KeySeq(e.getKey(), e.getValue().seq()))
                    .toList();
            tell(keyPage(op, inTail, stream.contents().change()), answer);
        } else {
            fromWholeFile(f -> keyPage(op, f.keys(op.afterKey(), op.limit() + 1), f.state().change()), answer);
        }
        return true;
    }

    private Result keyPage(Operation.Keys op, List<KeySeq> keys, long change) {
        return new Pages(host.maxAnswerBytes(), stream.epoch()).of(keys, op.limit(), change);
    }

    boolean info(Consumer<Result> answer) {
        boolean ephemeral = !stream.backing().lasts();
        Contents contents = stream.contents();
        if (contents.onlyInTail()) {
            Collection<Tail.Entry> live = contents.tail().liveFrom(0);
            long first = live.isEmpty() ? 0 : live.iterator().next().set().seq();
            tell(new Result.Info(contents.messages(), contents.bytes(), first, contents.lastSeq(), contents.change(),
                    stream.epoch(), ephemeral), answer);
        } else {
            fromWholeFile(f -> {
                StreamFile.State s = f.state();
                return new Result.Info(s.messages(), s.bytes(), s.firstSeq(), s.lastSeq(), s.change(), stream.epoch(),
                        ephemeral);
            }, answer);
        }
        return true;
    }

    boolean resume(Operation.Resume op, Consumer<Result> answer) {
        Contents contents = stream.contents();
        if (op.epoch() > stream.epoch()) {
            answer.accept(new Refused(ErrorCode.NOT_OWNER, "epoch " + op.epoch() + " is newer than this owner's"));
            return true;
        }
        long lost = op.change() - lastChangeSeenFrom(op.epoch());
        if (lost > 0) {
            host.lost(stream, lost);
            tell(new Result.Reset(lost, contents.change(), stream.epoch()), answer);
            return true;
        }
        long after = host.mistake(StreamMistake.RESUME_OFF_BY_ONE) ? op.change() + 1 : op.change();
        List<Change> inTail = changesInTail(after, op.limit());
        if (inTail != null) {
            tell(new Result.Missed(inTail, contents.change(), stream.epoch()), answer);
        } else if (!stream.file().exists() && isBeforeTail(after)) {
            tell(beforeTail(after), answer);
        } else {
            fromWholeFile(f -> f.changesAfter(after, op.limit(), host.maxAnswerBytes())
                    .<Result>map(c -> new Result.Missed(fitting(c), f.state().change(), stream.epoch()))
                    .orElseGet(() -> new Result.Reset(0, f.state().change(), stream.epoch())), answer);
        }
        return true;
    }

    /** The last change that somebody whose newest owner is {@code epoch} can have seen and that is still true. */
    private long lastChangeSeenFrom(long epoch) {
        for (EpochStart later : stream.contents().epochs()) {
            if (later.epoch() > epoch) {
                return Math.max(later.firstChange() - 1, 0);
            }
        }
        return stream.contents().change();
    }

    /** The changes after that number, if the tail has them all in memory; else null. */
    private @Nullable List<Change> changesInTail(long after, int limit) {
        Tail tail = stream.contents().tail();
        if (after >= stream.contents().change()) {
            return List.of();
        }
        if (isBeforeTail(after)) {
            return null;
        }
        List<Change> result = new ArrayList<>();
        for (Tail.Entry entry : tail.entries()) {
            if (entry.change().number() > after && result.size() < limit) {
                if (entry.spilled()) {
                    return null;
                }
                result.add(entry.change());
            }
        }
        return fitting(result);
    }

    /** A stream that was destroyed has no file; only the change that did it is still known. */
    private Result beforeTail(long after) {
        Contents contents = stream.contents();
        Change.Destroy destroy = contents.buriedBy();
        return destroy != null && destroy.number() == after + 1
                ? new Result.Missed(List.of(destroy), contents.change(), stream.epoch())
                : new Result.Reset(0, contents.change(), stream.epoch());
    }

    private boolean isBeforeTail(long after) {
        Tail tail = stream.contents().tail();
        return tail.isEmpty() || tail.first().change().number() > after + 1;
    }

    private List<Change> fitting(List<Change> changes) {
        long size = 0;
        for (int i = 0; i < changes.size(); i++) {
            size += changes.get(i).bytes() + Pages.WIRE_OVERHEAD;
            if (i > 0 && size > host.maxAnswerBytes()) {
                return changes.subList(0, i);
            }
        }
        return changes;
    }

    private void fromWholeFile(Function<StreamFile, Result> read, Consumer<Result> answer) {
        stream.whenApplied(stream.contents().change(),
                () -> stream.file().with(read, result -> tell(result, answer), e -> refuse(e, answer)), answer::accept);
    }

    private void messageFromFile(Function<StreamFile, Optional<Message>> read, Consumer<Result> answer) {
        if (stream.contents().messages() == 0) {
            tell(found(null), answer);
        } else {
            fromWholeFile(f -> found(read.apply(f).orElse(null)), answer);
        }
    }

    private void tell(Result result, Consumer<Result> answer) {
        stream.answer(() -> answer.accept(result));
    }

    private static void refuse(StreamFileException e, Consumer<Result> answer) {
        answer.accept(Stream.refusal(e));
    }
}
