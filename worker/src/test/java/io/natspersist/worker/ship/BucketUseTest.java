// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.ship;

import static org.assertj.core.api.Assertions.assertThat;

import io.natspersist.worker.cold.MemoryObjectStore;
import io.natspersist.worker.cold.ObjectStore.Condition;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

class BucketUseTest {

    private final MemoryObjectStore store = new MemoryObjectStore();

    private void put(String key) {
        store.put(key, ByteBuffer.wrap(new byte[1]), new Condition.Absent());
    }

    @Test
    void anEmptyBucketIsForAll() {
        assertThat(BucketUse.againstOwnDisk(store)).isEmpty();
        assertThat(BucketUse.againstVolume(store)).isEmpty();
    }

    @Test
    void whereJournalsWereShippedNobodyBeginsOnAVolume() {
        put("journals/w0.1/0000000001");
        assertThat(BucketUse.againstVolume(store)).isPresent();
        assertThat(BucketUse.againstOwnDisk(store)).isEmpty();

        put("streams/1/a.head");
        assertThat(BucketUse.againstVolume(store)).isPresent();
        assertThat(BucketUse.againstOwnDisk(store)).isEmpty();
    }

    @Test
    void whereCopiesAloneLieNobodyBeginsOnADiskOfHisOwn() {
        put("streams/1/a.head");
        assertThat(BucketUse.againstOwnDisk(store)).isPresent();
        assertThat(BucketUse.againstVolume(store)).isEmpty();
    }
}
