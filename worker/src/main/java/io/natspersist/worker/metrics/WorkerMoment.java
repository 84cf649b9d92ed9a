// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.metrics;

import io.natspersist.protocol.table.Incarnation;
import io.natspersist.worker.cold.ObservedObjectStore;
import io.natspersist.worker.journal.JournalCounts;
import io.natspersist.worker.stream.StreamCounts;
import io.natspersist.worker.stream.TierCounts;
import java.util.Map;
import io.natspersist.worker.ship.ShipCounts;
import org.jspecify.annotations.Nullable;

/**
 * How a worker stands at one moment.
 *
 * @param connected whether NATS can be reached
 * @param waiting how many requests wait for their answer
 * @param waitingBytes what those carry
 * @param operations by operation
 * @param life what there is once it is registered
 */
public record WorkerMoment(boolean connected, long waiting, long waitingBytes, Map<String, OperationCounts> operations,
        @Nullable Life life) {

    public WorkerMoment {
        operations = Map.copyOf(operations);
    }

    /**
     * @param incarnation who it is
     * @param ready whether its journal is open
     * @param inTouch whether the coordinator answers its heartbeats
     * @param tableVersion of the assignment table that it knows; 0: none
     * @param slots how many slots it holds, by what it does with them
     * @param setAside how many files were found corrupt and set aside
     * @param tier how its cold tier stands; null: it has none
     * @param shipped how the shipping of its journal stands; null: all workers have the volume
     */
    public record Life(Incarnation incarnation, boolean ready, boolean inTouch, long tableVersion,
            Map<String, Integer> slots, JournalCounts journal, StreamCounts streams, long setAside,
            @Nullable Tier tier, @Nullable ShipCounts shipped) {

        public Life {
            slots = Map.copyOf(slots);
        }
    }

    /**
     * @param files what became of streams' files
     * @param requests what the object store was asked for
     */
    public record Tier(TierCounts files, ObservedObjectStore.Counts requests) {}
}
