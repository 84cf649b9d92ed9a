// SPDX-License-Identifier: Apache-2.0
package io.natspersist.coordinator;

import io.natspersist.loop.EventLoop;
import io.natspersist.protocol.table.Incarnation;
import io.natspersist.transport.Transport;
import java.util.concurrent.Executor;

/** Decides which worker owns which slot, and tells; nothing is told to anyone before it is stored. */
public final class Coordinator {

    private volatile CoordinatorStatus status;

    public Coordinator(CoordinatorConfig config, Transport transport, EventLoop loop, TableStore store, Executor io) {
        status = new CoordinatorStatus(CoordinatorStatus.Phase.STOPPED, 0, config.slots(), config.slots(), 0, 0,
                java.util.List.of());
    }

    /** Begins to serve; the stored table is loaded first. May be called from any thread, once. */
    public void start() {
        if (!status.settled()) {
            throw new UnsupportedOperationException("being written");
        }
    }

    /** Ends all service. May be called from any thread. */
    public void stop() {
        if (!status.settled()) {
            throw new UnsupportedOperationException("being written");
        }
    }

    /** A supervisor knows that this incarnation's process has ended: nothing needs to be waited for. From any thread. */
    public void gone(Incarnation incarnation) {
        if (!status.settled()) {
            throw new UnsupportedOperationException("being written");
        }
    }

    /** How things stood a moment ago. From any thread. */
    public CoordinatorStatus status() {
        return status;
    }
}
