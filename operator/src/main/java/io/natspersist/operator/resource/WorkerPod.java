// SPDX-License-Identifier: Apache-2.0
package io.natspersist.operator.resource;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.LocalObjectReference;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.PodTemplateSpecBuilder;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.ProbeBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import io.fabric8.kubernetes.api.model.ResourceRequirementsBuilder;
import io.fabric8.kubernetes.api.model.TopologySpreadConstraint;
import io.fabric8.kubernetes.api.model.TopologySpreadConstraintBuilder;
import io.natspersist.operator.crd.PersistCluster;
import io.natspersist.operator.crd.WorkersSpec;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A worker's pod, as the restricted pod security standard wants it. Whatever a worker reads at its start is in the template. */
final class WorkerPod {

    /** Changes when what workers read from files does, so that they are rolled. */
    static final String CONFIG = PersistCluster.GROUP + "/config";
    static final String URL_SECRET = PersistCluster.GROUP + "/url-secret";
    static final String S3_SECRET = PersistCluster.GROUP + "/s3-secret";

    private static final long USER = 65_532;
    /** After a worker has drained it is gone within a second; the rest is for a machine that is slow. */
    private static final long GRACE_BEYOND_DRAINING_SECONDS = 10;
    private static final WorkersSpec.Resources RESOURCES = new WorkersSpec.Resources(
            Map.of("cpu", new Quantity("250m"), "memory", new Quantity("1Gi")),
            Map.of("memory", new Quantity("1Gi")));

    private WorkerPod() {}

    static PodTemplateSpec of(PersistCluster cluster, String image, Surroundings surroundings) {
        WorkersSpec workers = cluster.getSpec().workers();
        return new PodTemplateSpecBuilder().withNewMetadata().withLabels(Labels.ofWorker(cluster))
                .withAnnotations(annotations(cluster, surroundings)).endMetadata()
                .withNewSpec().withServiceAccountName(Names.of(cluster).worker())
                .withAutomountServiceAccountToken(false)
                .withEnableServiceLinks(false)
                .withTerminationGracePeriodSeconds(seconds(workers.drainSeconds()) + GRACE_BEYOND_DRAINING_SECONDS)
                .withNewSecurityContext().withRunAsNonRoot(true).withRunAsUser(USER).withRunAsGroup(USER)
                .withFsGroup(USER)
                .withFsGroupChangePolicy("OnRootMismatch").withNewSeccompProfile().withType("RuntimeDefault")
                .endSeccompProfile().endSecurityContext()
                .withImagePullSecrets(workers.imagePullSecrets().stream().map(LocalObjectReference::new).toList())
                .withNodeSelector(workers.nodeSelector().isEmpty() ? null : new TreeMap<>(workers.nodeSelector()))
                .withTolerations(workers.tolerations()).withAffinity(workers.affinity())
                .withTopologySpreadConstraints(workers.topologySpreadConstraints().isEmpty()
                        ? List.of(overNodes(cluster))
                        : workers.topologySpreadConstraints())
                .withPriorityClassName(workers.priorityClassName()).withVolumes(WorkerVolumes.volumes(cluster))
                .withContainers(container(cluster, image)).endSpec().build();
    }

    private static Map<String, String> annotations(PersistCluster cluster, Surroundings surroundings) {
        Map<String, String> all = new TreeMap<>(cluster.getSpec().workers().annotations());
        all.put(CONFIG, digest(WorkerConfigMap.streamDefaults(cluster)));
        if (surroundings.urlSecretVersion() != null) {
            all.put(URL_SECRET, surroundings.urlSecretVersion());
        }
        if (surroundings.s3SecretVersion() != null) {
            all.put(S3_SECRET, surroundings.s3SecretVersion());
        }
        return all;
    }

    private static Container container(PersistCluster cluster, String image) {
        WorkersSpec workers = cluster.getSpec().workers();
        return new ContainerBuilder().withName("worker").withImage(image)
                .withImagePullPolicy(workers.imagePullPolicy().word()).withEnv(WorkerEnvironment.of(cluster))
                .addNewPort().withName(MetricsService.PORT_NAME).withContainerPort(MetricsService.PORT)
                .withProtocol("TCP").endPort()
                .withResources(resources(workers.resources() == null ? RESOURCES : workers.resources()))
                .withLivenessProbe(probe("/health/live", 10, 3)).withReadinessProbe(probe("/health/ready", 2, 3))
                .withNewSecurityContext().withAllowPrivilegeEscalation(false).withReadOnlyRootFilesystem(true)
                .withNewCapabilities().withDrop("ALL").endCapabilities().endSecurityContext()
                .withVolumeMounts(WorkerVolumes.mounts(cluster)).build();
    }

    /** A worker that does not answer within 5 s says so itself, hence the 6. */
    private static Probe probe(String path, int everySeconds, int failures) {
        return new ProbeBuilder().withNewHttpGet().withPath(path).withNewPort(MetricsService.PORT_NAME).endHttpGet()
                .withPeriodSeconds(everySeconds).withTimeoutSeconds(6).withFailureThreshold(failures).build();
    }

    private static ResourceRequirements resources(WorkersSpec.Resources given) {
        return new ResourceRequirementsBuilder().withRequests(new TreeMap<>(given.requests()))
                .withLimits(new TreeMap<>(given.limits())).build();
    }

    private static TopologySpreadConstraint overNodes(PersistCluster cluster) {
        return new TopologySpreadConstraintBuilder().withMaxSkew(1).withTopologyKey("kubernetes.io/hostname")
                .withWhenUnsatisfiable("ScheduleAnyway").withNewLabelSelector()
                .withMatchLabels(Labels.workerSelector(cluster)).endLabelSelector().build();
    }

    private static long seconds(@Nullable Integer given) {
        return given == null ? 0 : given;
    }

    private static String digest(String text) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(hash, 0, 8);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JVM has SHA-256", e);
        }
    }
}
