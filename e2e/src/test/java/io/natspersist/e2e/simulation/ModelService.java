// SPDX-License-Identifier: Apache-2.0
package io.natspersist.e2e.simulation;

import io.natspersist.client.Change;
import io.natspersist.client.Position;
import io.natspersist.client.StreamMessage;
import io.natspersist.protocol.Cause;
import io.natspersist.simulation.VirtualTime;
import io.natspersist.transport.Headers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The tiniest service that keeps the promises, or breaks just one of them: what an oracle is tested with. */
final class ModelService {

    /** The promise that is broken, now and then. */
    enum Flaw {
        LOSES_A_STORED_SET, STORES_TWICE, READS_STALE, IGNORES_EXPECTATIONS, SKIPS_A_NUMBER, GIVES_A_SEQ_OUT_AGAIN,
        LOSES_A_NOTICE, TELLS_TWICE, TELLS_ANOTHER_VALUE, DOES_WHAT_IT_REFUSED, MISCOUNTS_DELETES, CONTENTS_DIFFER,
        ANSWERS_BEFORE_IT_IS_DONE, STORES_UNDER_ANOTHER_KEY, DOES_HALF_OF_A_BATCH
    }

    private final VirtualTime time;
    private final SplittableRandom random;
    private final @Nullable Flaw flaw;
    private final StreamModel state = new StreamModel();
    private final StreamModel stale = new StreamModel();
    private final List<Told> history = new ArrayList<>();
    private final Map<String, Outcome.Stored> ids = new HashMap<>();
    private final List<WatchRecord> watchers = new ArrayList<>();
    private long numbers;

    ModelService(VirtualTime time, @Nullable Flaw flaw) {
        this.time = time;
        this.random = new SplittableRandom(time.seed());
        this.flaw = flaw;
    }

    void watch(WatchRecord watcher) {
        watchers.add(watcher);
    }

    FinalView end() {
        List<Item> items = new ArrayList<>(state.items());
        if (flaw == Flaw.CONTENTS_DIFFER && !items.isEmpty()) {
            items.removeFirst();
        }
        return new FinalView(history, items, state.lastSeq(), numbers);
    }

    /** Takes effect after a while, and answers a while later. */
    void call(Op op, Consumer<Outcome> answer) {
        time.schedule(delay(), () -> {
            if (flaw == Flaw.ANSWERS_BEFORE_IT_IS_DONE && op instanceof Op.Set && oops()) {
                answer.accept(new Outcome.Stored(state.lastSeq() + 1, numbers + 1, false));
                time.schedule(5 * delay(), () -> apply(op));
                return;
            }
            Outcome outcome = apply(op);
            time.schedule(delay(), () -> answer.accept(outcome));
        });
    }

    private Outcome apply(Op op) {
        if (op instanceof Op.Set set) {
            return set(set);
        }
        if (op instanceof Op.SetMany many) {
            return setMany(many);
        }
        if (op instanceof Op.Destroy) {
            return destroy();
        }
        if (op.writes()) {
            return delete(op);
        }
        StreamModel seen = flaw == Flaw.READS_STALE && oops() ? stale : state;
        return switch (op) {
            case Op.Get get -> found(seen.get(get.seq()));
            case Op.GetKey key -> found(seen.get(key.key()));
            case Op.Last last -> found(seen.last());
            case Op.GetAll all -> {
                List<Item> wanted = seen.wanted(all);
                yield new Outcome.Listed(wanted.subList(0, Math.min(all.limit(), wanted.size())),
                        wanted.size() > all.limit(), seen.change());
            }
            default -> new Outcome.Keys(seen.keys(), seen.change());
        };
    }

    private static Outcome found(@Nullable Item item) {
        return new Outcome.Found(Optional.ofNullable(item), 0);
    }

    private Outcome set(Op.Set set) {
        Outcome.Stored before = set.msgId() == null ? null : ids.get(set.msgId());
        if (before != null && flaw != Flaw.STORES_TWICE) {
            return before;
        }
        boolean allowed = set.allowedIn(state);
        if (!allowed && flaw != Flaw.IGNORES_EXPECTATIONS) {
            if (flaw == Flaw.DOES_WHAT_IT_REFUSED) {
                store(set);
            }
            return new Outcome.Refused();
        }
        Outcome.Stored stored = flaw == Flaw.LOSES_A_STORED_SET && oops()
                ? new Outcome.Stored(state.lastSeq() + 1, numbers + 1, false)
                : store(set);
        if (set.msgId() != null) {
            ids.put(set.msgId(), new Outcome.Stored(stored.seq(), stored.change(), true));
        }
        return stored;
    }

    private Outcome setMany(Op.SetMany many) {
        if (many.atomic() && !many.allowedIn(state)) {
            return new Outcome.Refused();
        }
        if (many.atomic() && flaw == Flaw.DOES_HALF_OF_A_BATCH) {
            many.items().subList(0, many.items().size() / 2).forEach(this::set);
            return new Outcome.Unknown("half done");
        }
        return new Outcome.StoredMany(many.items().stream().map(this::set).toList());
    }

    private Outcome.Stored store(Op.Set set) {
        boolean again = flaw == Flaw.GIVES_A_SEQ_OUT_AGAIN && oops() && state.lastSeq() > 0;
        long seq = set.seq() != null ? set.seq() : again ? state.lastSeq() : state.lastSeq() + 1;
        String key = flaw == Flaw.STORES_UNDER_ANOTHER_KEY && oops() ? "z" : set.key();
        happen(new Told.Set(next(), seq, key, set.value()));
        return new Outcome.Stored(seq, numbers, false);
    }

    private Outcome delete(Op op) {
        if (op instanceof Op.DeleteKey key && !key.allowedIn(state)) {
            return new Outcome.Refused();
        }
        List<Long> seqs = op instanceof Op.Delete some
                ? some.seqs().stream().filter(s -> state.get(s) != null).toList()
                : op instanceof Op.DeleteKey key && state.get(key.key()) != null
                        ? List.of(state.seqOf(key.key()))
                        : List.of();
        int count = op instanceof Op.DeleteAll all ? state.countUpTo(all.endSeq()) : seqs.size();
        if (count > 0) {
            happen(op instanceof Op.DeleteAll all
                    ? new Told.DeleteAll(next(), Math.min(all.endSeq(), state.lastSeq()), Cause.ASKED)
                    : new Told.Delete(next(), seqs, Cause.ASKED));
        }
        return new Outcome.Deleted(flaw == Flaw.MISCOUNTS_DELETES && count > 0 && oops() ? count + 1 : count, numbers);
    }

    private Outcome destroy() {
        boolean existed = state.exists();
        int count = state.countUpTo(Long.MAX_VALUE);
        if (existed) {
            happen(new Told.Destroy(next(), state.lastSeq()));
        }
        return new Outcome.Destroyed(existed, count, numbers);
    }

    private long next() {
        numbers += flaw == Flaw.SKIPS_A_NUMBER && oops() ? 2 : 1;
        return numbers;
    }

    private void happen(Told told) {
        if (random.nextInt(3) == 0) {
            history.subList((int) Math.min(stale.change(), history.size()), history.size()).forEach(stale::apply);
        }
        state.apply(told);
        history.add(told);
        Told shown = flaw == Flaw.TELLS_ANOTHER_VALUE && told instanceof Told.Set set && oops()
                ? new Told.Set(set.number(), set.seq(), set.key(), "forged")
                : told;
        for (WatchRecord watcher : watchers) {
            if (flaw != Flaw.LOSES_A_NOTICE || !oops()) {
                watcher.onChange(change(shown));
            }
            if (flaw == Flaw.TELLS_TWICE && oops()) {
                watcher.onChange(change(shown));
            }
        }
    }

    private static Change change(Told told) {
        Position position = new Position(1, told.number());
        return switch (told) {
            case Told.Set set ->
                new Change.Set(position, new StreamMessage(set.seq(), 0, 0, set.number(), set.key(), null,
                        Headers.NONE, Objects.requireNonNull(set.value()).getBytes(StandardCharsets.UTF_8)));
            case Told.Delete delete -> new Change.Delete(position, delete.seqs(), delete.cause());
            case Told.DeleteAll all -> new Change.DeleteAll(position, all.endSeq(), all.cause());
            case Told.Config config -> new Change.Config(position, config.config());
            case Told.Destroy destroy -> new Change.Destroy(position, destroy.lastSeq());
        };
    }

    private boolean oops() {
        return random.nextInt(8) == 0;
    }

    private long delay() {
        return random.nextLong(1, 20_000_000);
    }
}
