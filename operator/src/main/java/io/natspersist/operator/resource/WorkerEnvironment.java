// SPDX-License-Identifier: Apache-2.0
package io.natspersist.operator.resource;

import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.EnvVarBuilder;
import io.natspersist.operator.crd.NatsSpec;
import io.natspersist.operator.crd.PerWorkerSpec;
import io.natspersist.operator.crd.PersistCluster;
import io.natspersist.operator.crd.PersistClusterSpec;
import io.natspersist.operator.crd.SecretKey;
import io.natspersist.operator.crd.TlsSpec;
import java.util.ArrayList;
import java.util.List;

/** What a worker is told. Its name is that of its pod. */
final class WorkerEnvironment {

    private WorkerEnvironment() {}

    static List<EnvVar> of(PersistCluster cluster) {
        PersistClusterSpec spec = cluster.getSpec();
        List<EnvVar> all = new ArrayList<>();
        all.add(new EnvVarBuilder().withName("PERSIST_NAME").withNewValueFrom().withNewFieldRef()
                .withApiVersion("v1").withFieldPath("metadata.name").endFieldRef().endValueFrom().build());
        all.add(value("PERSIST_ROOT", WorkerVolumes.DATA));
        all.add(servers(spec.nats()));
        if (spec.nats().credentials() != null) {
            all.add(value("PERSIST_CREDENTIALS", WorkerVolumes.CREDENTIALS + "/" + WorkerVolumes.CREDENTIALS_FILE));
        }
        TlsSpec tls = spec.nats().tls();
        if (tls != null && tls.ca() != null) {
            all.add(value("PERSIST_TLS_CA", WorkerVolumes.TLS + "/" + WorkerVolumes.CA_FILE));
        }
        if (tls != null && tls.clientSecret() != null) {
            all.add(value("PERSIST_TLS_CERT", WorkerVolumes.TLS + "/" + WorkerVolumes.CERTIFICATE_FILE));
            all.add(value("PERSIST_TLS_KEY", WorkerVolumes.TLS + "/" + WorkerVolumes.KEY_FILE));
        }
        all.add(value("PERSIST_PREFIX", cluster.prefix()));
        all.add(value("PERSIST_DURABILITY", spec.durability().word()));
        all.add(value("PERSIST_FILE_THREADS", String.valueOf(spec.workers().fileThreads())));
        all.add(value("PERSIST_HEARTBEAT_MILLIS", String.valueOf(spec.coordinator().heartbeatMillis())));
        all.add(value("PERSIST_DRAIN_SECONDS", String.valueOf(spec.workers().drainSeconds())));
        all.add(value("PERSIST_STREAM_DEFAULTS", WorkerVolumes.CONFIG + "/" + WorkerConfigMap.STREAM_DEFAULTS));
        all.add(value("PERSIST_METRICS", "0.0.0.0:" + MetricsService.PORT));
        all.add(value("PERSIST_LOG_FORMAT", "json"));
        all.addAll(TieringEnvironment.of(cluster));
        PerWorkerSpec own = spec.storage().perWorker();
        if (own != null) {
            all.add(value("PERSIST_OWN_DISK", "true"));
            all.add(value("PERSIST_SHIP_MILLIS", String.valueOf(own.shipMillis())));
            all.add(value("PERSIST_SHIP_LAG_SECONDS", String.valueOf(own.shipLagSeconds())));
        }
        if (spec.workers().javaOptions() != null) {
            all.add(value("JAVA_TOOL_OPTIONS", spec.workers().javaOptions()));
        }
        return all;
    }

    private static EnvVar servers(NatsSpec nats) {
        SecretKey secret = nats.urlSecret();
        return secret == null
                ? value("PERSIST_NATS", String.valueOf(nats.url()))
                : new EnvVarBuilder().withName("PERSIST_NATS").withNewValueFrom()
                        .withNewSecretKeyRef(secret.key(), secret.name(), null).endValueFrom().build();
    }

    private static EnvVar value(String name, String value) {
        return new EnvVarBuilder().withName(name).withValue(value).build();
    }
}
