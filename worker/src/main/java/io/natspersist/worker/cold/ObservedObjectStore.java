// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.cold;

import io.natspersist.worker.cold.ObjectStoreException.Kind;
import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Another store, of which is counted what it is asked for and what that costs. */
public final class ObservedObjectStore implements ObjectStore {

    /** How many keys one request deletes. */
    private static final int KEYS_PER_DELETE = 1_000;

    private final ObjectStore store;
    private final LongAdder puts = new LongAdder();
    private final LongAdder gets = new LongAdder();
    private final LongAdder lists = new LongAdder();
    private final LongAdder deletes = new LongAdder();
    private final LongAdder bytesUp = new LongAdder();
    private final LongAdder bytesDown = new LongAdder();
    private final Map<Kind, LongAdder> failures = new ConcurrentHashMap<>();

    public ObservedObjectStore(ObjectStore store) {
        this.store = store;
    }

    /**
     * Since the start. A request that fails counts, and once however often it was tried.
     *
     * @param bytesUp of objects that were stored
     * @param bytesDown of objects and their parts that came back whole
     * @param failures of every kind
     */
    public record Counts(long puts, long gets, long lists, long deletes, long bytesUp, long bytesDown,
            Map<Kind, Long> failures) {
        public Counts {
            failures = Map.copyOf(failures);
        }
    }

    /** The numbers are read one after the other. */
    public Counts counts() {
        Map<Kind, Long> failed = new EnumMap<>(Kind.class);
        for (Kind kind : Kind.values()) {
            failed.put(kind, failed(kind).sum());
        }
        return new Counts(puts.sum(), gets.sum(), lists.sum(), deletes.sum(), bytesUp.sum(), bytesDown.sum(), failed);
    }

    @Override
    public String put(String key, ByteBuffer bytes, Condition condition) {
        puts.increment();
        long length = bytes.remaining();
        String tag = counted(() -> store.put(key, bytes, condition));
        bytesUp.add(length);
        return tag;
    }

    @Override
    public Optional<Stored> get(String key, long maxBytes) {
        gets.increment();
        Optional<Stored> stored = counted(() -> store.get(key, maxBytes));
        stored.ifPresent(each -> bytesDown.add(each.bytes().length));
        return stored;
    }

    @Override
    public Optional<byte[]> get(String key, long position, int length) {
        gets.increment();
        Optional<byte[]> part = counted(() -> store.get(key, position, length));
        part.ifPresent(each -> bytesDown.add(each.length));
        return part;
    }

    @Override
    public void delete(Collection<String> keys) {
        deletes.add((keys.size() + KEYS_PER_DELETE - 1) / KEYS_PER_DELETE);
        counted(() -> {
            store.delete(keys);
            return "";
        });
    }

    @Override
    public List<Found> list(String keyPrefix, @Nullable String after) {
        lists.increment();
        return counted(() -> store.list(keyPrefix, after));
    }

    private LongAdder failed(Kind kind) {
        return failures.computeIfAbsent(kind, _ -> new LongAdder());
    }

    private <T> T counted(Supplier<T> call) {
        try {
            return call.get();
        } catch (ObjectStoreException e) {
            failed(e.kind()).increment();
            throw e;
        }
    }
}
