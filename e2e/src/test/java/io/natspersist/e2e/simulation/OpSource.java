// SPDX-License-Identifier: Apache-2.0
package io.natspersist.e2e.simulation;

import io.natspersist.protocol.StreamConfig;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Draws operations on one stream that are likely to meet something: few keys, sequence numbers that were seen, expectations
 * that mostly hold.
 */
final class OpSource {

    private static final List<String> KEYS = List.of("a", "b", "c", "d");

    private final SplittableRandom random;
    private final IntSupplier largeSizes;
    private final String name;
    private final Map<String, Long> keySeqs = new HashMap<>();
    private final Deque<Op.Set> sent = new ArrayDeque<>();
    private long lastSeq;
    private int made;

    /**
     * @param name makes values and message ids unique in the run
     * @param largeSizes so does each of its numbers, for values that go in parts
     */
    OpSource(SplittableRandom random, String name, IntSupplier largeSizes) {
        this.random = random;
        this.largeSizes = largeSizes;
        this.name = name;
    }

    Op next() {
        int kind = random.nextInt(100);
        return kind < 10 ? many() : kind < 30 ? append() : kind < 48 ? key() : kind < 72 ? special(kind) : read(kind);
    }

    /** The longest that a message lives which expires, ms. */
    static final long MOST_TTL = 3_000;

    /** Limits that are soon met; mostly none. */
    Op configure() {
        StreamConfig config = switch (random.nextInt(6)) {
            case 0 -> StreamConfig.NONE.withMaxMsgs(random.nextLong(2, 8));
            case 1 -> StreamConfig.NONE.withMaxMsgs(random.nextLong(2, 8)).withDiscard(StreamConfig.Discard.NEW);
            case 2 -> StreamConfig.NONE.withTtl(random.nextLong(200, MOST_TTL));
            default -> StreamConfig.NONE;
        };
        return new Op.Configure(config);
    }

    /** A write that no expectation can refuse. */
    Op.Set append() {
        return remember(new Op.Set(value(), null, null, null, null, msgId()));
    }

    private Op key() {
        return remember(new Op.Set(value(), anyKey(), null, null, null, msgId()));
    }

    private Op many() {
        boolean atomic = random.nextBoolean();
        List<Op.Set> items = new ArrayList<>();
        List<String> keys = new ArrayList<>(KEYS);
        int count = 2 + random.nextInt(5);
        for (int i = 0; i < count; i++) {
            made++;
            String value = name + "-" + made;
            boolean keyed = random.nextBoolean() && !keys.isEmpty();
            String key = keyed ? keys.remove(random.nextInt(keys.size())) : null;
            Long expectKey = keyed && random.nextInt(6) == 0 ? near(keySeqs.getOrDefault(key, 0L)) : null;
            Long expectLast = i == 0 && random.nextInt(8) == 0 ? near(lastSeq) : null;
            Long seq = !atomic && random.nextInt(10) == 0 ? Math.max(1, lastSeq - 3 + random.nextInt(6)) : null;
            items.add(new Op.Set(value, key, seq, expectLast, expectKey, null));
        }
        return new Op.SetMany(items, atomic);
    }

    private Op special(int kind) {
        String key = anyKey();
        return switch (kind) {
            case 48, 49, 50 -> new Op.Set(value(), null, null, near(lastSeq), null, null);
            case 51, 52, 53, 54, 55 -> remember(
                    new Op.Set(value(), key, null, null, near(keySeqs.getOrDefault(key, 0L)), msgId()));
            case 56, 57 -> new Op.Set(value(), key, null, null, 0L, null);
            case 58, 59 ->
                new Op.Set(value(), random.nextBoolean() ? key : null, Math.max(1, lastSeq - 3 + random.nextInt(6)),
                        null, null, null);
            case 60, 61, 62 -> new Op.Delete(someSeqs());
            case 63, 64, 65 -> new Op.DeleteKey(key, null);
            case 66, 67 -> new Op.DeleteKey(key, near(keySeqs.getOrDefault(key, 0L)));
            case 68 -> new Op.DeleteAll(random.nextInt(4) == 0 ? Long.MAX_VALUE : Math.max(1, lastSeq - 5));
            case 69 -> random.nextInt(3) == 0 ? new Op.Destroy() : append();
            default -> sent.isEmpty() ? append() : again();
        };
    }

    private Op read(int kind) {
        return kind < 78
                ? new Op.GetKey(anyKey())
                : kind < 83
                        ? new Op.Get(anySeq())
                        : kind < 87
                                ? new Op.Last()
                                : kind < 95
                                        ? new Op.GetAll(random.nextBoolean() ? 1 : anySeq(), 1 + random.nextInt(50),
                                                random.nextInt(3) == 0 ? 1 + random.nextInt(9) : 0,
                                                random.nextInt(3) == 0)
                                        : new Op.Keys();
    }

    /** What an earlier set may have stored is sent once more, with the same message id. */
    private Op again() {
        List<Op.Set> all = List.copyOf(sent);
        return all.get(random.nextInt(all.size()));
    }

    void learn(Op op, Outcome outcome) {
        if (outcome instanceof Outcome.Stored stored) {
            lastSeq = Math.max(lastSeq, stored.seq());
            if (op instanceof Op.Set set && set.key() != null) {
                keySeqs.put(set.key(), stored.seq());
            }
        } else if (outcome instanceof Outcome.StoredMany stored && op instanceof Op.SetMany many) {
            for (int i = 0; i < many.items().size(); i++) {
                learn(many.items().get(i), stored.items().get(i));
            }
        } else if (outcome instanceof Outcome.Found found && found.item().isPresent()) {
            learn(found.item().get());
        } else if (outcome instanceof Outcome.Found && op instanceof Op.GetKey key) {
            keySeqs.remove(key.key());
        } else if (outcome instanceof Outcome.Keys keys) {
            keySeqs.clear();
            keySeqs.putAll(keys.keys());
        } else if (outcome instanceof Outcome.Listed listed) {
            listed.items().forEach(this::learn);
        }
    }

    private void learn(Item item) {
        lastSeq = Math.max(lastSeq, item.seq());
        if (item.key() != null) {
            keySeqs.merge(item.key(), item.seq(), Math::max);
        }
    }

    private Op.Set remember(Op.Set set) {
        if (set.msgId() != null) {
            sent.add(set);
            if (sent.size() > 5) {
                sent.remove();
            }
        }
        return set;
    }

    private String value() {
        made++;
        return random.nextInt(8) == 0 ? LargeText.ofSize(largeSizes.getAsInt()) : name + "-" + made;
    }

    private @Nullable String msgId() {
        return random.nextInt(4) == 0 ? "id-" + name + "-" + made : null;
    }

    private String anyKey() {
        return KEYS.get(random.nextInt(KEYS.size()));
    }

    private long anySeq() {
        return Math.max(1, lastSeq - random.nextInt(20));
    }

    private List<Long> someSeqs() {
        List<Long> seqs = new ArrayList<>(List.of(anySeq()));
        if (random.nextBoolean() && !seqs.contains(lastSeq) && lastSeq > 0) {
            seqs.add(lastSeq);
        }
        return seqs;
    }

    /** Mostly right. */
    private long near(long expected) {
        return random.nextInt(5) == 0 ? Math.max(0, expected - 1) : expected;
    }
}
