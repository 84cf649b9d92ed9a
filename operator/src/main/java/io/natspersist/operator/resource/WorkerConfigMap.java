// SPDX-License-Identifier: Apache-2.0
package io.natspersist.operator.resource;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.natspersist.operator.crd.PersistCluster;
import io.natspersist.protocol.Json;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** What workers read from a file. */
final class WorkerConfigMap {

    static final String STREAM_DEFAULTS = "stream-defaults.json";

    private WorkerConfigMap() {}

    static ConfigMap of(PersistCluster cluster) {
        return new ConfigMapBuilder().withMetadata(Metadata.owned(cluster, Names.of(cluster).config()))
                .withData(Map.of(STREAM_DEFAULTS, streamDefaults(cluster))).build();
    }

    static String streamDefaults(PersistCluster cluster) {
        return new String(Json.write(cluster.getSpec().streamDefaults()), StandardCharsets.UTF_8);
    }
}
