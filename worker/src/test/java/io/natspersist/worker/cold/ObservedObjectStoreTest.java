// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.cold;

import static org.assertj.core.api.Assertions.assertThat;

import io.natspersist.worker.cold.ObjectStore.Condition.Absent;
import io.natspersist.worker.cold.ObjectStoreException.Kind;
import io.natspersist.worker.cold.ObservedObjectStore.Counts;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ObservedObjectStoreTest extends ObjectStoreContract {

    private final MemoryObjectStore memory = new MemoryObjectStore();
    private final ObservedObjectStore store = new ObservedObjectStore(memory);

    @Override
    ObjectStore store() {
        return store;
    }

    @Test
    void requestsBytesAndFailuresAreCounted() {
        store.put("a", bytes("0123456789"), new Absent());
        kindOf(() -> store.put("a", bytes("01234"), new Absent()));
        store.get("a", 10);
        store.get("a", 3, 4);
        store.get("none", 10);
        store.list("", null);
        store.delete(IntStream.range(0, 1_001).mapToObj(each -> "k" + each).toList());
        store.delete(List.of());
        memory.away(true);
        kindOf(() -> store.list("", null));
        kindOf(() -> store.delete(List.of("a")));

        assertThat(store.counts()).isEqualTo(new Counts(2, 3, 2, 3, 10, 14,
                Map.of(Kind.UNAVAILABLE, 2L, Kind.CONFLICT, 1L, Kind.DAMAGED, 0L, Kind.REFUSED, 0L)));
    }
}
