// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.cold;

import static org.assertj.core.api.Assertions.assertThat;

import io.natspersist.worker.cold.ObjectStore.Condition.Absent;
import io.natspersist.worker.cold.ObjectStoreException.Kind;
import org.junit.jupiter.api.Test;

class MemoryObjectStoreTest extends ObjectStoreContract {

    private final MemoryObjectStore store = new MemoryObjectStore();

    @Override
    ObjectStore store() {
        return store;
    }

    @Test
    void theCallThatIsToFailDoes() {
        store.fail(2, Kind.DAMAGED);
        store.loseAnswer(3);

        assertThat(kindOf(() -> store.get("a", 1))).isNull();
        assertThat(kindOf(() -> store.get("a", 1))).isEqualTo(Kind.DAMAGED);
        assertThat(kindOf(() -> store.put("a", bytes("x"), new Absent()))).isEqualTo(Kind.UNAVAILABLE);
        assertThat(store.get("a", 1)).isPresent();
    }
}
