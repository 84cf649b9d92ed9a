// SPDX-License-Identifier: Apache-2.0
package io.natspersist.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.natspersist.transport.Transport;
import io.natspersist.transport.TransportContract;
import java.util.function.BooleanSupplier;

class MemoryTransportTest extends TransportContract {

    private final VirtualTime time = new VirtualTime(11);
    private final MemoryNetwork network = new MemoryNetwork(time, 11);
    private int nodes;

    MemoryTransportTest() {
        network.maxPayload(MAX_PAYLOAD);
        network.onFault(thrown -> {});
    }

    @Override
    protected Transport connect() {
        return network.connect(time.node("n" + ++nodes));
    }

    @Override
    protected void await(BooleanSupplier condition) {
        assertThat(time.runUntil(condition, 10_000)).as("within ten virtual seconds").isTrue();
    }

    @Override
    protected void settle(Transport transport) {
        time.runFor(100);
    }

    @Override
    protected void restartServer() {
        network.serverDown();
        time.runFor(100);
        network.serverUp();
    }
}
