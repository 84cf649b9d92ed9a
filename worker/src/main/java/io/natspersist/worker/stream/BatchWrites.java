// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.stream;

import io.natspersist.worker.change.Change;
import io.natspersist.worker.change.Message;
import io.natspersist.worker.file.StreamFile;
import io.natspersist.worker.file.StreamFile.Remembered;
import io.natspersist.worker.journal.Position;
import io.natspersist.worker.stream.Contents.Lookup;
import io.natspersist.worker.stream.Result.Refused;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Decides requests of many sets: each by itself, in order, or all of them or none. What they depend on is fetched from the
 * file at once, before the first is decided; between the first and the last nothing else happens to the stream.
 */
final class BatchWrites {

    private final Stream stream;
    private final StreamHost host;
    private final Writes writes;

    BatchWrites(Stream stream, StreamHost host, Writes writes) {
        this.stream = stream;
        this.host = host;
        this.writes = writes;
    }

    /** As the methods of {@link Writes}. */
    boolean setMany(Operation.SetMany op, Consumer<Result> answer) {
        Unknown unknown = unknownTo(op);
        if (!unknown.isEmpty()) {
            return stream.fetch(unknown::readFrom, facts -> facts.tell(stream.contents()));
        }
        Refused trouble = stream.refusal(op);
        if (trouble != null && !op.items().stream().allMatch(this::seenBefore)) {
            answer.accept(trouble);
            return true;
        }
        if (op.atomic()) {
            Result.RefusedItem refused = refusalOfAny(op.items());
            if (refused != null) {
                stream.answer(() -> answer.accept(refused));
                return true;
            }
        }
        List<Change> changes = new ArrayList<>();
        List<Result> results = op.atomic() ? storeAll(op.items(), changes) : storeEach(op.items(), changes);
        Result result = new Result.StoredMany(results, stream.contents().change(), stream.epoch());
        if (changes.isEmpty()) {
            stream.answer(() -> answer.accept(result));
        } else {
            stream.journaled(changes, () -> answer.accept(result));
        }
        return true;
    }

    private boolean seenBefore(Operation.Set item) {
        return writes.remembered(item.msgId()) != null;
    }

    private List<Result> storeEach(List<Operation.Set> items, List<Change> changes) {
        long now = host.now();
        List<Result> results = new ArrayList<>(items.size());
        for (Operation.Set item : items) {
            Remembered before = writes.remembered(item.msgId());
            Refused refused = before == null ? writes.refusal(item, new Limits.Taken()) : null;
            if (before != null) {
                results.add(again(before));
            } else if (refused != null) {
                results.add(refused);
            } else {
                Change.Set set = writes.decided(item, stream.contents().change() + 1,
                        seqOf(item, stream.contents().lastSeq()), now);
                writes.store(set, stream.journal().append(set));
                changes.add(set);
                results.add(stored(set));
            }
        }
        return results;
    }

    /** Conditions speak of the stream as it is before the first item is stored. */
    private Result.@Nullable RefusedItem refusalOfAny(List<Operation.Set> items) {
        long lastSeq = stream.contents().lastSeq();
        Limits.Taken taken = new Limits.Taken();
        for (int i = 0; i < items.size(); i++) {
            Operation.Set item = items.get(i);
            if (seenBefore(item)) {
                continue;
            }
            Refused refused = writes.refusal(item, taken);
            if (refused == null) {
                refused = Writes.refusalOfNumber(item, lastSeq);
            }
            if (refused != null) {
                return new Result.RefusedItem(i, refused);
            }
            lastSeq = Math.max(lastSeq, seqOf(item, lastSeq));
        }
        return null;
    }

    private List<Result> storeAll(List<Operation.Set> items, List<Change> changes) {
        long now = host.now();
        long number = stream.contents().change();
        long lastSeq = stream.contents().lastSeq();
        List<Result> results = new ArrayList<>(items.size());
        List<Change.Set> sets = new ArrayList<>(items.size());
        for (Operation.Set item : items) {
            Remembered before = writes.remembered(item.msgId());
            if (before != null) {
                results.add(again(before));
                continue;
            }
            Change.Set set = writes.decided(item, ++number, seqOf(item, lastSeq), now);
            lastSeq = Math.max(lastSeq, set.seq());
            sets.add(set);
            results.add(stored(set));
        }
        List<Position> positions = stream.journal().append(sets);
        for (int i = 0; i < sets.size(); i++) {
            Tail.Entry entry = writes.store(sets.get(i), positions.get(i));
            if (i > 0) {
                entry.join();
            }
        }
        changes.addAll(sets);
        return results;
    }

    private static long seqOf(Operation.Set item, long lastSeq) {
        return item.seq() == 0 ? lastSeq + 1 : item.seq();
    }

    private static Result stored(Change.Set set) {
        return new Result.Stored(set.seq(), set.number(), set.epoch(), false);
    }

    private static Result again(Remembered before) {
        return new Result.Stored(before.seq(), before.change(), before.epoch(), true);
    }

    // ---- what only the file knows

    private Unknown unknownTo(Operation.SetMany op) {
        Contents contents = stream.contents();
        Unknown unknown = new Unknown(new HashSet<>(), new HashSet<>(), new HashSet<>());
        for (Operation.Set item : op.items()) {
            if (item.msgId() != null && writes.mustAskForId(item.msgId())) {
                unknown.ids.add(item.msgId());
            }
            if (item.key() != null && contents.key(item.key()) instanceof Lookup.AskFile) {
                unknown.keys.add(item.key());
            }
            if (item.seq() > contents.lastSeq()) {
                contents.learnSeq(item.seq(), null); // so that it is known behind an item that stores at a higher one
            } else if (item.seq() != 0 && contents.seq(item.seq()) instanceof Lookup.AskFile) {
                unknown.seqs.add(item.seq());
            }
        }
        return unknown;
    }

    private record Unknown(Set<String> ids, Set<String> keys, Set<Long> seqs) {

        boolean isEmpty() {
            return ids.isEmpty() && keys.isEmpty() && seqs.isEmpty();
        }

        /** Off the loop. */
        Facts readFrom(StreamFile file) {
            Facts facts = new Facts(new HashMap<>(), new HashMap<>(), new HashMap<>());
            ids.forEach(id -> facts.ids.put(id, file.remembered(id, 0)));
            keys.forEach(key -> facts.keys.put(key, file.get(key)));
            seqs.forEach(seq -> facts.seqs.put(seq, file.get(seq)));
            return facts;
        }
    }

    private record Facts(Map<String, Optional<Remembered>> ids, Map<String, Optional<Message>> keys,
            Map<Long, Optional<Message>> seqs) {

        void tell(Contents contents) {
            ids.forEach(contents::learnId);
            keys.forEach((key, found) -> contents.learnKey(key, found.orElse(null)));
            seqs.forEach((seq, found) -> contents.learnSeq(seq, found.orElse(null)));
        }
    }
}
