// SPDX-License-Identifier: Apache-2.0
package io.natspersist.operator;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentStatus;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.natspersist.operator.crd.PerWorkerSpec;
import io.natspersist.operator.crd.PersistCluster;
import io.natspersist.operator.crd.TieringSpec;
import io.natspersist.operator.resource.DataClaim;
import io.natspersist.operator.resource.Names;
import io.natspersist.operator.resource.Surroundings;
import io.natspersist.operator.status.Seen;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Looks at what there is of one cluster; changes nothing. */
final class Surveyor {

    private final KubernetesClient client;
    private final PersistCluster cluster;
    private final Context<PersistCluster> context;
    private final Names names;

    Surveyor(PersistCluster cluster, Context<PersistCluster> context) {
        this.client = context.getClient();
        this.cluster = cluster;
        this.context = context;
        this.names = Names.of(cluster);
    }

    NatsSecrets secrets() {
        return NatsSecrets.of(cluster.getSpec().nats(),
                name -> client.secrets().inNamespace(namespace()).withName(name).get());
    }

    /** A Secret that is not there now leaves the pods as they are: they were made with it. */
    Surroundings surroundings(NatsSecrets secrets, @Nullable String workerImage) {
        return new Surroundings(workerImage, switch (secrets) {
            case NatsSecrets.Found found -> found.urlVersion();
            case NatsSecrets.Missing missing -> deployment().map(Surroundings::urlSecretVersionOf).orElse(null);
        }, s3SecretVersion());
    }

    private @Nullable String s3SecretVersion() {
        TieringSpec tiering = cluster.getSpec().tiering();
        if (tiering == null || tiering.credentialsSecret() == null) {
            return null;
        }
        Secret secret = client.secrets().inNamespace(namespace()).withName(tiering.credentialsSecret()).get();
        return secret == null
                ? deployment().map(Surroundings::s3SecretVersionOf).orElse(null)
                : secret.getMetadata().getUid() + "." + secret.getMetadata().getResourceVersion();
    }

    Optional<Deployment> deployment() {
        return named(Deployment.class, names.worker());
    }

    /** The ConfigMap with the assignment table, as it was seen last. */
    Optional<ConfigMap> table() {
        return named(ConfigMap.class, names.table());
    }

    WorkerPods pods() {
        return new WorkerPods(client, namespace(), names, context.getSecondaryResources(Pod.class));
    }

    Seen.@Nullable Rollout rollout() {
        return deployment().map(Surveyor::rollout).orElse(null);
    }

    private static Seen.Rollout rollout(Deployment deployment) {
        DeploymentStatus status = deployment.getStatus() == null ? new DeploymentStatus() : deployment.getStatus();
        boolean stuck = status.getConditions().stream().anyMatch(
                c -> c.getType().equals("Progressing") && "ProgressDeadlineExceeded".equals(c.getReason()));
        return new Seen.Rollout(
                Objects.equals(status.getObservedGeneration(), deployment.getMetadata().getGeneration()),
                count(status.getReplicas()), count(status.getUpdatedReplicas()), count(status.getReadyReplicas()),
                stuck);
    }

    private static int count(@Nullable Integer number) {
        return number == null ? 0 : number;
    }

    Seen.Storage storage() {
        PerWorkerSpec own = cluster.getSpec().storage().perWorker();
        if (own != null) {
            return own.claim() == null ? Seen.Storage.OWN_DISKS : claimsOfWorkers();
        }
        String claim = DataClaim.nameOf(cluster);
        if (claim == null) {
            return Seen.Storage.MOUNTED_BY_PODS;
        }
        PersistentVolumeClaim found = cluster.getSpec().storage().existingClaim() == null
                ? named(PersistentVolumeClaim.class, claim).orElse(null)
                : client.persistentVolumeClaims().inNamespace(namespace()).withName(claim).get();
        return found == null ? Seen.Storage.MISSING : state(found);
    }

    private static Seen.Storage state(PersistentVolumeClaim claim) {
        String phase = claim.getStatus() == null ? null : claim.getStatus().getPhase();
        return Map.of("Bound", Seen.Storage.BOUND, "Lost", Seen.Storage.LOST).getOrDefault(String.valueOf(phase),
                Seen.Storage.PENDING);
    }

    /** While as many are bound as there are to be workers, those of pods that come or go do not matter. */
    private Seen.Storage claimsOfWorkers() {
        Map<Seen.Storage, Long> states = context.getSecondaryResourcesAsStream(PersistentVolumeClaim.class)
                .filter(claim -> claim.getMetadata().getDeletionTimestamp() == null)
                .filter(claim -> claim.getMetadata().getName().startsWith(names.worker() + "-"))
                .collect(Collectors.groupingBy(Surveyor::state, Collectors.counting()));
        Integer wanted = cluster.getSpec().workers().replicas();
        if (states.getOrDefault(Seen.Storage.BOUND, 0L) >= count(wanted)) {
            return Seen.Storage.OWN_DISKS;
        }
        return states.containsKey(Seen.Storage.LOST) ? Seen.Storage.LOST : Seen.Storage.PENDING;
    }

    private <R extends HasMetadata> Optional<R> named(Class<R> kind, String name) {
        return context.getSecondaryResourcesAsStream(kind).filter(one -> one.getMetadata().getName().equals(name))
                .findAny();
    }

    private String namespace() {
        return cluster.getMetadata().getNamespace();
    }
}
