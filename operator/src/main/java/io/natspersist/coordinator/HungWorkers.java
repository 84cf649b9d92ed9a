// SPDX-License-Identifier: Apache-2.0
package io.natspersist.coordinator;

import io.natspersist.coordinator.CoordinatorStatus.Hung;
import io.natspersist.coordinator.Plan.Death;
import io.natspersist.protocol.table.Incarnation;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Whose processes may still run although they were declared dead. Where another way of dying was seen than by silence, the process
 * has ended, or another one has come in its place. Confined to the coordinator's loop.
 */
final class HungWorkers {

    /** Whoever ends such processes has done so long before. */
    private static final int REMEMBERED = 256;

    private final Map<String, Hung> byName = new LinkedHashMap<>();

    void died(Map<Incarnation, Death> deaths) {
        deaths.forEach((id, death) -> {
            if (death == Death.SILENT || death == Death.STUCK) {
                byName.put(id.worker(), new Hung(id, death.reason));
            }
        });
        while (byName.size() > REMEMBERED) {
            byName.remove(byName.keySet().iterator().next());
        }
    }

    /** A new process has come in place of an old one of that name. */
    void registered(Collection<Incarnation> ids) {
        ids.forEach(id -> byName.remove(id.worker()));
    }

    List<Hung> all() {
        return List.copyOf(byName.values());
    }
}
