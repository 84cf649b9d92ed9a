// SPDX-License-Identifier: Apache-2.0
package io.natspersist.operator.resource;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.natspersist.operator.crd.PersistCluster;
import java.util.ArrayList;
import java.util.List;

/** All objects of a cluster, in the order in which they are best applied. */
public final class WantedObjects {

    private WantedObjects() {}

    public static List<HasMetadata> of(PersistCluster cluster, Surroundings surroundings) {
        List<HasMetadata> all = new ArrayList<>();
        all.add(WorkerAccount.of(cluster));
        all.add(WorkerConfigMap.of(cluster));
        DataClaim.of(cluster).ifPresent(all::add);
        all.add(WorkerBudget.of(cluster));
        all.add(MetricsService.of(cluster));
        WorkerDeployment.of(cluster, surroundings).ifPresent(all::add);
        return List.copyOf(all);
    }
}
