// SPDX-License-Identifier: Apache-2.0
package io.natspersist.e2e.simulation;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Answers that reflect some state without changing it, while states go by. Each must fit one of the states between what was
 * known when it was asked (else it was stale) and the first change by a call that began after its answer (else it came from
 * the future). Writes are held to the same order.
 */
final class Reads {

    private final List<Call> waiting = new ArrayList<>();
    private final List<Call> open = new ArrayList<>();
    private final List<Call> impossible = new ArrayList<>();
    /** By when a call began: the lowest change of all calls that changed something and began then or later. */
    private final TreeMap<Long, Long> ceilings = new TreeMap<>();

    /** @param cut the stream has lost changes: what was answered may be true of a history that is no more */
    Reads(List<Call> calls, boolean cut) {
        if (cut) {
            return;
        }
        long lowest = Long.MAX_VALUE;
        for (Call call : calls.stream().sorted(Comparator.comparingLong((Call c) -> c.began).reversed()).toList()) {
            if (call.changed() && !mayBeResent(call)) {
                lowest = Math.min(lowest, call.change());
            }
            ceilings.put(call.began, lowest);
        }
        for (Call call : calls) {
            if (call.changed()) {
                if ((call.change() <= call.floor && !mayBeResent(call)) || call.change() >= ceiling(call)) {
                    impossible.add(call);
                }
            } else if (reflects(call)) {
                waiting.add(call);
            }
        }
        waiting.sort(Comparator.comparingLong(c -> -Math.max(c.floor, exact(c))));
    }

    /** The stream has come to this state, one change after the one before. */
    void at(StreamModel state) {
        while (!waiting.isEmpty()
                && Math.max(waiting.getLast().floor, exact(waiting.getLast())) <= state.change()) {
            open.add(waiting.removeLast());
        }
        for (var each = open.iterator(); each.hasNext();) {
            Call call = each.next();
            if (state.change() >= ceiling(call) || (exact(call) >= 0 && state.change() > exact(call))) {
                impossible.add(call);
                each.remove();
            } else if ((exact(call) < 0 || exact(call) == state.change()) && fits(call, state)) {
                each.remove();
            }
        }
    }

    List<Call> impossible() {
        List<Call> all = new ArrayList<>(impossible);
        all.addAll(open);
        all.addAll(waiting);
        return all;
    }

    /** What it did may have been done by an earlier call. */
    private static boolean mayBeResent(Call call) {
        return call.op instanceof Op.Set set && set.msgId() != null;
    }

    private long ceiling(Call call) {
        Map.Entry<Long, Long> later = ceilings.higherEntry(call.ended);
        return later == null ? Long.MAX_VALUE : later.getValue();
    }

    private static boolean reflects(Call call) {
        return call.outcome instanceof Outcome.Found || call.outcome instanceof Outcome.Listed
                || call.outcome instanceof Outcome.Keys || call.outcome instanceof Outcome.Refused
                || call.outcome instanceof Outcome.Deleted || call.outcome instanceof Outcome.Destroyed;
    }

    /** The change that the answer says it reflects; -1: it does not say. */
    private static long exact(Call call) {
        return call.outcome instanceof Outcome.Listed || call.outcome instanceof Outcome.Keys
                || call.outcome instanceof Outcome.Deleted || call.outcome instanceof Outcome.Destroyed
                        ? call.change()
                        : -1;
    }

    private static boolean fits(Call call, StreamModel state) {
        Outcome outcome = Objects.requireNonNull(call.outcome);
        if (outcome instanceof Outcome.Found found) {
            return Objects.equals(found.item().orElse(null), wanted(call.op, state));
        }
        if (outcome instanceof Outcome.Listed listed && call.op instanceof Op.GetAll asked) {
            int size = listed.items().size(); // a page may end early, if it says so
            List<Item> wanted = state.wanted(asked);
            return size <= asked.limit() && size <= wanted.size() && listed.items().equals(wanted.subList(0, size))
                    && (listed.more() || wanted.size() == size);
        }
        if (outcome instanceof Outcome.Keys keys) {
            return keys.keys().equals(state.keys());
        }
        if (outcome instanceof Outcome.Refused) {
            return call.op instanceof Op.Set set
                    ? !set.allowedIn(state)
                    : call.op instanceof Op.SetMany many
                            ? !many.allowedIn(state)
                            : call.op instanceof Op.DeleteKey delete && !delete.allowedIn(state);
        }
        return call.op instanceof Op.Destroy ? !state.exists() : deletesNothing(call.op, state);
    }

    private static @Nullable Item wanted(Op op, StreamModel state) {
        return op instanceof Op.Get get
                ? state.get(get.seq())
                : op instanceof Op.GetKey key ? state.get(key.key()) : state.last();
    }

    private static boolean deletesNothing(Op op, StreamModel state) {
        return op instanceof Op.Delete delete
                ? delete.seqs().stream().allMatch(s -> state.get(s) == null)
                : op instanceof Op.DeleteKey key
                        ? state.get(key.key()) == null
                        : op instanceof Op.DeleteAll all && state.countUpTo(all.endSeq()) == 0;
    }
}
