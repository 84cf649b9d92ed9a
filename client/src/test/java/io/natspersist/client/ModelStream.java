// SPDX-License-Identifier: Apache-2.0
package io.natspersist.client;

import io.natspersist.protocol.Cause;
import io.natspersist.transport.Headers;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** One stream as its owners have it, kept as simply as can be: the list of its changes, replayed for every question. */
final class ModelStream {

    private final List<Change> history = new ArrayList<>();
    /** The first change that each owner may decide, by epoch. */
    private final NavigableMap<Long, Long> firsts = new TreeMap<>();
    private final int pageSize;
    private final int logLength;
    private long epoch;
    private long lastSeq;

    ModelStream(long epoch, int pageSize, int logLength) {
        this.epoch = epoch;
        this.pageSize = pageSize;
        this.logLength = logLength;
        firsts.put(epoch, 1L);
    }

    /** As it is now, for an owner that does not know that it has been replaced. */
    ModelStream frozen() {
        ModelStream copy = new ModelStream(epoch, pageSize, logLength);
        copy.history.addAll(history);
        copy.firsts.putAll(firsts);
        copy.lastSeq = lastSeq;
        return copy;
    }

    Position position() {
        return new Position(epoch, history.size());
    }

    long lastSeq() {
        return lastSeq;
    }

    Change.Set set(@Nullable String key, String value) {
        byte[] bytes = value.getBytes(java.nio.charset.StandardCharsets.UTF_8);
        return (Change.Set) add(at -> new Change.Set(at,
                new StreamMessage(lastSeq + 1, 1, 0, at.change(), key, null, Headers.NONE, bytes)));
    }

    Change delete(List<Long> seqs) {
        return add(at -> new Change.Delete(at, seqs, Cause.ASKED));
    }

    Change deleteAll(long endSeq) {
        return add(at -> new Change.DeleteAll(at, endSeq, Cause.ASKED));
    }

    Change destroy() {
        return add(at -> new Change.Destroy(at, lastSeq));
    }

    /** The next change, made for its position. */
    Change add(Function<Position, Change> make) {
        Change change = make.apply(new Position(epoch, history.size() + 1));
        history.add(change);
        if (change instanceof Change.Set set) {
            lastSeq = Math.max(lastSeq, set.message().seq());
        }
        return change;
    }

    /** A new owner, which never hears of the last changes. */
    void takeover(long newEpoch, int lost) {
        history.subList(history.size() - lost, history.size()).clear();
        epoch = newEpoch;
        firsts.put(epoch, history.size() + 1L);
    }

    NavigableMap<Long, StreamMessage> messages() {
        return messagesAfter(history.size());
    }

    NavigableMap<Long, StreamMessage> messagesAfter(long change) {
        NavigableMap<Long, StreamMessage> messages = new TreeMap<>();
        history.subList(0, (int) change).forEach(c -> apply(c, messages));
        return messages;
    }

    List<Change> changes() {
        return List.copyOf(history);
    }

    Change change(long number) {
        return history.get((int) number - 1);
    }

    Answer answer(Question question) {
        if (question instanceof Question.WhatDidIMiss missed) {
            return missed(missed.after());
        }
        return question instanceof Question.WhatIsThere page
                ? page(page.startSeq())
                : new Answer.Info(epoch, history.size());
    }

    private Answer missed(Position after) {
        Long nextFirst = firsts.entrySet().stream().filter(e -> e.getKey() > after.epoch())
                .map(java.util.Map.Entry::getValue)
                .min(Long::compare).orElse(Long.MAX_VALUE);
        long common = Math.min(nextFirst - 1, history.size());
        if (after.change() > common) {
            return new Answer.MustReset(epoch, after.change() - common);
        }
        if (after.change() < history.size() - logLength) {
            return new Answer.MustReset(epoch, 0);
        }
        int to = (int) Math.min(after.change() + pageSize, history.size());
        return new Answer.Changes(epoch, history.size(), history.subList((int) after.change(), to).stream()
                .map(c -> at(c, new Position(epoch, c.position().change()))).toList());
    }

    private Answer page(long startSeq) {
        List<StreamMessage> all = List.copyOf(messages().tailMap(startSeq, true).values());
        boolean more = all.size() > pageSize;
        List<StreamMessage> some = more ? all.subList(0, pageSize) : all;
        return new Answer.Messages(epoch, history.size(), some, more ? all.get(pageSize).seq() : 0);
    }

    private static Change at(Change change, Position position) {
        if (change instanceof Change.Set set) {
            return new Change.Set(position, set.message());
        }
        if (change instanceof Change.Delete delete) {
            return new Change.Delete(position, delete.seqs(), delete.cause());
        }
        if (change instanceof Change.Destroy destroy) {
            return new Change.Destroy(position, destroy.lastSeq());
        }
        if (change instanceof Change.Config config) {
            return new Change.Config(position, config.config());
        }
        Change.DeleteAll all = (Change.DeleteAll) change;
        return new Change.DeleteAll(position, all.endSeq(), all.cause());
    }

    static void apply(Change change, NavigableMap<Long, StreamMessage> messages) {
        if (change instanceof Change.Set set) {
            String key = set.message().key();
            if (key != null) {
                messages.values().removeIf(m -> key.equals(m.key()));
            }
            messages.put(set.message().seq(), set.message());
        } else if (change instanceof Change.Delete delete) {
            delete.seqs().forEach(messages::remove);
        } else if (change instanceof Change.DeleteAll all) {
            messages.headMap(all.endSeq(), true).clear();
        } else if (change instanceof Change.Destroy) {
            messages.clear();
        }
    }
}
