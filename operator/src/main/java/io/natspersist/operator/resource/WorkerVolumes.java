// SPDX-License-Identifier: Apache-2.0
package io.natspersist.operator.resource;

import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeBuilder;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.VolumeMountBuilder;
import io.fabric8.kubernetes.api.model.VolumeProjection;
import io.fabric8.kubernetes.api.model.VolumeProjectionBuilder;
import io.natspersist.operator.crd.PersistCluster;
import io.natspersist.operator.crd.SecretKey;
import io.natspersist.operator.crd.StorageSpec;
import io.natspersist.operator.crd.TlsSpec;
import java.util.ArrayList;
import java.util.List;

/** What a worker's container sees of the world: the streams, its configuration, its credentials, and a place for libraries. */
final class WorkerVolumes {

    static final String DATA = "/data";
    static final String CONFIG = "/etc/persist/config";
    static final String CREDENTIALS = "/etc/persist/nats";
    static final String CREDENTIALS_FILE = "nats.creds";
    static final String TLS = "/etc/persist/tls";
    static final String CA_FILE = "ca.crt";
    static final String CERTIFICATE_FILE = "tls.crt";
    static final String KEY_FILE = "tls.key";

    private WorkerVolumes() {}

    static List<Volume> volumes(PersistCluster cluster) {
        List<Volume> all = new ArrayList<>();
        all.add(data(cluster));
        all.add(new VolumeBuilder().withName("config").withNewConfigMap().withName(Names.of(cluster).config())
                .endConfigMap().build());
        all.add(new VolumeBuilder().withName("tmp").withNewEmptyDir().endEmptyDir().build());
        SecretKey credentials = cluster.getSpec().nats().credentials();
        if (credentials != null) {
            all.add(new VolumeBuilder().withName("nats").withNewSecret().withSecretName(credentials.name())
                    .addNewItem().withKey(credentials.key()).withPath(CREDENTIALS_FILE).endItem().endSecret().build());
        }
        TlsSpec tls = cluster.getSpec().nats().tls();
        if (tls != null) {
            all.add(new VolumeBuilder().withName("tls").withNewProjected().withSources(tls(tls)).endProjected()
                    .build());
        }
        return all;
    }

    private static List<VolumeProjection> tls(TlsSpec tls) {
        List<VolumeProjection> all = new ArrayList<>();
        if (tls.ca() != null) {
            all.add(new VolumeProjectionBuilder().withNewSecret().withName(tls.ca().name()).addNewItem()
                    .withKey(tls.ca().key()).withPath(CA_FILE).endItem().endSecret().build());
        }
        if (tls.clientSecret() != null) {
            all.add(new VolumeProjectionBuilder().withNewSecret().withName(tls.clientSecret()).addNewItem()
                    .withKey(CERTIFICATE_FILE).withPath(CERTIFICATE_FILE).endItem().addNewItem().withKey(KEY_FILE)
                    .withPath(KEY_FILE).endItem().endSecret().build());
        }
        return all;
    }

    private static Volume data(PersistCluster cluster) {
        StorageSpec storage = cluster.getSpec().storage();
        if (storage.perWorker() != null) {
            return OwnDisk.of(cluster, storage.perWorker(), "data");
        }
        VolumeBuilder data = new VolumeBuilder().withName("data");
        StorageSpec.NfsExport nfs = storage.nfs();
        return nfs == null
                ? data.withNewPersistentVolumeClaim().withClaimName(DataClaim.nameOf(cluster))
                        .endPersistentVolumeClaim()
                        .build()
                : data.withNewNfs().withServer(nfs.server()).withPath(nfs.path()).endNfs().build();
    }

    static List<VolumeMount> mounts(PersistCluster cluster) {
        List<VolumeMount> all = new ArrayList<>();
        all.add(mount("data", DATA, false));
        all.add(mount("config", CONFIG, true));
        all.add(mount("tmp", "/tmp", false));
        if (cluster.getSpec().nats().credentials() != null) {
            all.add(mount("nats", CREDENTIALS, true));
        }
        if (cluster.getSpec().nats().tls() != null) {
            all.add(mount("tls", TLS, true));
        }
        return all;
    }

    private static VolumeMount mount(String name, String path, boolean readOnly) {
        return new VolumeMountBuilder().withName(name).withMountPath(path).withReadOnly(readOnly ? Boolean.TRUE : null)
                .build();
    }
}
