// SPDX-License-Identifier: Apache-2.0
package io.natspersist.e2e.simulation;

import io.natspersist.protocol.Cause;
import io.natspersist.protocol.StreamConfig;
import io.natspersist.protocol.StreamConfig.Discard;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;

/**
 * Knows what was asked of one stream, what was answered, and what its watchers were told, and says what of that cannot be
 * true. Change numbers put the writes into an order, so each answer can be checked against the state it must have seen.
 */
final class StreamOracle {

    private final String stream;
    private final LongSupplier now;
    private final List<Call> calls = new ArrayList<>();
    private final Map<String, WatchRecord> watchers = new TreeMap<>();
    private final List<String> problems = new ArrayList<>();
    private final Set<String> deliveredTwice = new HashSet<>();
    /** The calls, but each set of a request of many for itself. */
    private List<Call> parts = List.of();
    private long known;
    private long lostAcknowledged;
    private boolean unchecked;

    StreamOracle(String stream, LongSupplier now) {
        this.stream = stream;
        this.now = now;
    }

    Call began(String client, Op op) {
        Call call = new Call(calls.size() + 1, client, op, now.getAsLong(), known);
        calls.add(call);
        return call;
    }

    void ended(Call call, Outcome outcome) {
        call.outcome = outcome;
        call.ended = now.getAsLong();
        know(call.change());
    }

    /** A worker gets the set of that value twice: what the first met, and was answered, need not stop the second. */
    void deliveredTwice(String value) {
        deliveredTwice.add(value);
    }

    /** The watcher of that name, which may have begun earlier. */
    WatchRecord watcher(String name) {
        return watchers.computeIfAbsent(name, n -> new WatchRecord(n, this::problem, this::know));
    }

    List<WatchRecord> watchers() {
        return List.copyOf(watchers.values());
    }

    List<Call> calls() {
        return calls;
    }

    /** What has gone wrong already. */
    List<String> problems() {
        return problems;
    }

    long lostAcknowledged() {
        return lostAcknowledged;
    }

    /** Whether so little of the history was left that answers could not be checked against it. */
    boolean unchecked() {
        return unchecked;
    }

    private void know(long change) {
        known = Math.max(known, change);
    }

    private void problem(String what) {
        problems.add(stream + ", " + now.getAsLong() + " ms: " + what);
    }

    /**
     * Compares everything with how the stream ended.
     *
     * @param losses which answered changes may have been lost; watchers must have been told then
     */
    void check(FinalView end, Losses.OfStream losses) {
        parts = calls.stream().flatMap(call -> call.parts().stream()).toList();
        TreeMap<Long, Told> history = new TreeMap<>();
        end.history().forEach(told -> history.put(told.number(), told));
        List<Call> lost = parts.stream().filter(c -> c.changed() && !happened(c, history, end, losses)).toList();
        for (Call call : lost) {
            if (losses.mayInclude(call)) {
                lostAcknowledged++;
            } else {
                problem("lost: " + call + ", but change " + call.change() + " is " + history.get(call.change()));
            }
        }
        boolean cut = !lost.isEmpty() || watchers.values().stream().anyMatch(w -> w.lost() > 0) || known > end.change();
        if (cut && !losses.any()) {
            problem("cut at " + end.change() + ", though change " + known + " was told, and nothing may be lost");
        }
        watchers.values().forEach(w -> checkWatcher(w, history, end, cut, losses));
        if (!cut) {
            watchers.values().forEach(w -> w.everTold().forEach(t -> history.putIfAbsent(t.number(), t)));
        }
        if (history.size() == end.change() && (history.isEmpty() || history.firstKey() == 1)) {
            checkHistory(history, end, cut, losses);
        } else if (!losses.cutsLog()
                && (end.history().isEmpty() || end.history().getFirst().number() == 1)) {
            problem("change numbers are not contiguous: " + history.size() + " of " + end.change());
        } else {
            unchecked = true;
        }
    }

    /** Whether an acknowledged change is part of the history, as far as that reaches back. */
    private static boolean happened(Call call, Map<Long, Told> history, FinalView end, Losses.OfStream losses) {
        Told told = history.get(call.change());
        if (told == null) {
            return call.change() <= end.change() && (end.history().isEmpty()
                    ? losses.cutsLog()
                    : call.change() < end.history().getFirst().number());
        }
        if (call.op instanceof Op.Set set) {
            return told instanceof Told.Set t && call.outcome instanceof Outcome.Stored s && t.seq() == s.seq()
                    && set.value().equals(t.value());
        }
        if (call.op instanceof Op.Destroy) {
            return told instanceof Told.Destroy;
        }
        return call.op instanceof Op.DeleteAll
                ? told instanceof Told.DeleteAll all && all.cause() == Cause.ASKED
                : told instanceof Told.Delete delete && delete.cause() == Cause.ASKED;
    }

    private void checkWatcher(WatchRecord watcher, Map<Long, Told> history, FinalView end, boolean cut,
            Losses.OfStream losses) {
        if (!watcher.isAt(end, losses) && watcher.position().change() != end.change()) {
            problem("watcher " + watcher.name + " stands at change " + watcher.position().change() + " of "
                    + end.change());
        } else if (!watcher.contents().items().equals(end.items())) {
            problem("watcher " + watcher.name + " ends with " + watcher.contents().items() + ", the stream with "
                    + end.items());
        }
        for (Told told : cut ? watcher.toldSinceReset() : watcher.everTold()) {
            Told real = history.get(told.number());
            if (real != null && !real.equals(told)) {
                problem("watcher " + watcher.name + " was told " + told + ", but the change is " + real);
            }
        }
    }

    /** Replays the whole history, and holds each answer against the states it could have seen. */
    private void checkHistory(TreeMap<Long, Told> history, FinalView end, boolean cut, Losses.OfStream losses) {
        Map<String, List<Call>> writers = new HashMap<>();
        parts.forEach(c -> {
            if (c.op instanceof Op.Set set) {
                writers.computeIfAbsent(set.value(), v -> new ArrayList<>()).add(c);
            }
        });
        calls.forEach(call -> checkBatch(call, history));
        Reads reads = new Reads(parts, cut);
        Map<String, Long> written = new HashMap<>();
        StreamModel state = new StreamModel();
        reads.at(state);
        for (Told told : history.values()) {
            if (told instanceof Told.Set set) {
                checkSet(set, writers.getOrDefault(set.value(), List.of()), state, losses.beginsAnew());
                Long before = written.put(String.valueOf(set.value()), set.number());
                if (before != null) {
                    problem("stored twice: " + set + " and change " + before);
                }
            } else {
                checkDelete(told, state, cut || losses.beginsAnew());
            }
            if (told instanceof Told.Destroy && losses.beginsAnew()) {
                written.clear();
            }
            state.apply(told);
            reads.at(state);
            checkConfiguration(state, cut);
        }
        reads.impossible().forEach(call -> problem("no state between can have been seen by " + call));
        if (!state.items().equals(end.items())) {
            problem("holds " + end.items() + " but its changes amount to " + state.items());
        }
        if (state.lastSeq() != end.lastSeq()) {
            problem("says last seq " + end.lastSeq() + " but its changes amount to " + state.lastSeq());
        }
    }

    /** All of an atomic request is in the history, at once, or nothing of it. */
    private void checkBatch(Call call, TreeMap<Long, Told> history) {
        if (!(call.op instanceof Op.SetMany many) || !many.atomic()) {
            return;
        }
        Set<String> values = many.items().stream().map(Op.Set::value).collect(Collectors.toSet());
        List<Long> done = history.values().stream()
                .filter(told -> told instanceof Told.Set set && values.contains(set.value()))
                .map(Told::number).toList();
        if (!done.isEmpty() && (done.size() != many.items().size()
                || done.getLast() - done.getFirst() != done.size() - 1)) {
            problem("not all or none: changes " + done + " are of " + call);
        }
        if (call.outcome instanceof Outcome.StoredMany stored && stored.items().stream()
                .map(one -> one instanceof Outcome.Stored s && s.duplicate()).distinct().count() > 1) {
            problem("some had been done before, and some had not: " + call);
        }
    }

    /** @param forgets whether what is done a second time, as its answer was lost, may find nothing of the first */
    private void checkSet(Told.Set told, List<Call> writers, StreamModel before, boolean forgets) {
        if (writers.isEmpty()) {
            problem("nobody wrote " + told);
            return;
        }
        Call call = writers.getFirst();
        Op.Set set = (Op.Set) call.op;
        if (set.seq() == null && told.seq() <= before.lastSeq()) {
            problem("sequence number given out again: " + told + " after " + before.lastSeq());
        }
        if ((set.seq() != null && set.seq() != told.seq()) || !Objects.equals(set.key(), told.key())) {
            problem("stored other than asked: " + told + " for " + call);
        }
        if (!set.allowedIn(before)) {
            problem("its expectation did not hold: " + told + " for " + call + "; last seq was " + before.lastSeq()
                    + ", the key's " + before.seqOf(set.key()));
        }
        StreamModel after = before.with(told);
        StreamConfig config = before.config();
        if (config.discard() == Discard.NEW && config.maxMsgs() != null && after.items().size() > config.maxMsgs()
                && after.items().size() > before.items().size()) {
            problem("stored in a full stream: " + told + " with " + config);
        }
        if (!forgets && !deliveredTwice.contains(set.value()) && writers.stream()
                .allMatch(c -> c.outcome instanceof Outcome.Refused || c.outcome instanceof Outcome.Failed)) {
            problem("refused and yet done: " + told + " for " + call);
        }
    }

    private void checkConfiguration(StreamModel state, boolean cut) {
        for (Call call : calls) {
            if (!cut && call.op instanceof Op.Configure configure && call.outcome instanceof Outcome.Configured
                    && call.change() == state.change() && !state.config().equals(configure.config())) {
                problem("configured as " + state.config() + ", not as was answered: " + call);
            }
        }
    }

    private void checkDelete(Told told, StreamModel before, boolean cut) {
        if (told instanceof Told.DeleteAll all && all.cause() == Cause.EVICTED) {
            StreamConfig config = before.config();
            int left = before.items().size() - before.countUpTo(all.endSeq());
            if (config.maxMsgs() == null || config.discard() == Discard.NEW || left != config.maxMsgs()) {
                problem("evicted down to " + left + " messages with " + config + ": " + told);
            }
        }
        if (told instanceof Told.Delete delete) {
            for (long seq : delete.seqs()) {
                if (before.get(seq) == null) {
                    problem("deleted what was not there: " + told);
                }
            }
        }
        if (cut) {
            return;
        }
        if (told instanceof Told.Destroy destroy && (!before.exists() || destroy.lastSeq() != before.lastSeq())) {
            problem("destroyed what was not there, or not as it was: " + told + " after " + before.change()
                    + ", last seq " + before.lastSeq());
        }
        for (Call call : parts) {
            if (call.changed() && call.change() == told.number()
                    && call.outcome instanceof Outcome.Deleted deleted && deleted.count() != removed(told, before)) {
                problem("deleted " + removed(told, before) + ", not what was answered: " + call);
            }
            if (call.changed() && call.change() == told.number() && call.outcome instanceof Outcome.Destroyed destroyed
                    && destroyed.count() != removed(told, before)) {
                problem("destroyed " + removed(told, before) + " messages, not what was answered: " + call);
            }
        }
    }

    private static int removed(Told told, StreamModel before) {
        return switch (told) {
            case Told.Delete delete -> delete.seqs().size();
            case Told.DeleteAll all -> before.countUpTo(all.endSeq());
            default -> before.countUpTo(Long.MAX_VALUE);
        };
    }
}
