// SPDX-License-Identifier: Apache-2.0
package io.natspersist.coordinator;

import io.natspersist.protocol.service.EndpointStats;
import java.util.List;
import java.util.Map;

/**
 * How a coordinator stands at one moment.
 *
 * @param connected whether NATS can be reached
 * @param endpoints what it was asked and answered
 */
public record CoordinatorMoment(CoordinatorStatus status, boolean connected, Done done,
        List<EndpointStats> endpoints) {

    public CoordinatorMoment {
        endpoints = List.copyOf(endpoints);
    }

    /**
     * What was done since it started.
     *
     * @param handedOver slots that went from one living worker to another
     * @param takenOver slots that went from a dead worker to a living one
     * @param deaths workers declared dead, by reason
     */
    public record Done(long heartbeats, long registrations, long tables, long handedOver, long takenOver,
            Map<String, Long> deaths) {

        public Done {
            deaths = Map.copyOf(deaths);
        }
    }
}
