// SPDX-License-Identifier: Apache-2.0
package io.natspersist.operator;

import io.fabric8.kubernetes.api.model.DeletionPropagation;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.javaoperatorsdk.operator.api.reconciler.Cleaner;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.ControllerConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.DeleteControl;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import io.javaoperatorsdk.operator.processing.event.source.inbound.SimpleInboundEventSource;
import io.natspersist.operator.crd.PersistCluster;
import io.natspersist.operator.crd.PersistClusterStatus;
import io.natspersist.operator.crd.PersistClusterStatus.AutoscalingStatus;
import io.natspersist.operator.crd.Reason;
import io.natspersist.operator.resource.Labels;
import io.natspersist.operator.resource.Surroundings;
import io.natspersist.operator.resource.WantedObjects;
import io.natspersist.operator.status.Coordination;
import io.natspersist.operator.status.Seen;
import io.natspersist.operator.status.StatusOf;
import java.time.Duration;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Brings one PersistCluster's objects and its coordinator to what it asks for, and says how it stands. */
@ControllerConfiguration(name = "persistclusters", finalizerName = PersistCluster.GROUP
        + "/drain", fieldManager = Labels.OPERATOR, generationAwareEventProcessing = false)
final class PersistClusterReconciler implements Reconciler<PersistCluster>, Cleaner<PersistCluster> {

    /** What is not watched is looked at again after this time: Secrets, claims made by others, what was refused. */
    private static final Duration AGAIN = Duration.ofSeconds(10);

    private final InstantSource clock;
    private final @Nullable String workerImage;
    private final Announcements announcements;
    private final Autoscaling autoscaling;
    private final SimpleInboundEventSource<PersistCluster> news = new SimpleInboundEventSource<>("coordinators");
    private final Coordinators coordinators;

    /** @param workerImage for clusters that name none */
    PersistClusterReconciler(KubernetesClient client, InstantSource clock, @Nullable String workerImage) {
        this.clock = clock;
        this.workerImage = workerImage;
        this.announcements = new Announcements(client, clock);
        this.autoscaling = new Autoscaling(client, clock, announcements);
        this.coordinators = new Coordinators(client, news::propagateEvent);
    }

    Coordinators coordinators() {
        return coordinators;
    }

    @Override
    public List<EventSource<?, PersistCluster>> prepareEventSources(EventSourceContext<PersistCluster> context) {
        List<EventSource<?, PersistCluster>> all = Watched.sources(context);
        all.add(news);
        return all;
    }

    @Override
    public UpdateControl<PersistCluster> reconcile(PersistCluster cluster, Context<PersistCluster> context) {
        if (coordinators.closed()) {
            return UpdateControl.noUpdate();
        }
        Surveyor survey = new Surveyor(cluster, context);
        NatsSecrets secrets = survey.secrets();
        Coordination coordination = coordinators.follow(cluster, plan(cluster, secrets, context));
        tellTheCoordinator(cluster, survey);
        Surroundings surroundings = survey.surroundings(secrets, workerImage);
        AutoscalingStatus scaled = autoscaling.follow(cluster, coordination);
        String refused = cluster.paused() ? null : apply(cluster, surroundings, survey, context);
        return report(cluster, new Seen(cluster, surroundings.image(cluster) != null, refused, survey.rollout(),
                survey.storage(), coordination, now()), scaled);
    }

    private static CoordinationPlan plan(PersistCluster cluster, NatsSecrets secrets, Context<PersistCluster> context) {
        Optional<PersistCluster> rival = Rivals.earlier(cluster, context.getPrimaryCache().list());
        return rival.isEmpty()
                ? CoordinationPlan.of(cluster, secrets)
                : new CoordinationPlan.Never(Reason.PREFIX_TAKEN, "the PersistCluster "
                        + ResourceID.fromResource(rival.get()) + ", made earlier, has the prefix " + cluster.prefix()
                        + " at the same NATS");
    }

    /** What Kubernetes knows and the coordinator may not: pods that ended, a table that somebody touched. */
    private void tellTheCoordinator(PersistCluster cluster, Surveyor survey) {
        HostedCoordinator coordinator = coordinators.of(ResourceID.fromResource(cluster));
        if (coordinator != null) {
            coordinator.look(survey.table().orElse(null));
            survey.pods().tellOfTheGone(coordinator);
        }
    }

    private @Nullable String apply(PersistCluster cluster, Surroundings surroundings, Surveyor survey,
            Context<PersistCluster> context) {
        HostedCoordinator coordinator = coordinators.of(ResourceID.fromResource(cluster));
        if (coordinator != null && survey.deployment().filter(d -> hasMore(d, cluster)).isPresent()) {
            survey.pods().rankForDeletion(coordinator.seen().status().workers());
        }
        if (coordinator != null && coordinator.seen().connected()) {
            survey.pods().deleteTheHung(coordinator.seen().status(), coordinator.plan().config().deadAfterMillis() / 2)
                    .forEach(hung -> announcements.warn(cluster, Reason.WORKER_HUNG,
                            "the pod of " + hung.worker() + " is deleted: " + hung.why()));
        }
        return Applier.apply(WantedObjects.of(cluster, surroundings), context);
    }

    private static boolean hasMore(Deployment deployment, PersistCluster cluster) {
        Integer wanted = cluster.getSpec().workers().replicas();
        return wanted != null && deployment.getSpec().getReplicas() > wanted;
    }

    private UpdateControl<PersistCluster> report(PersistCluster cluster, Seen seen,
            @Nullable AutoscalingStatus scaled) {
        PersistClusterStatus status = StatusOf.seen(seen).withAutoscaling(scaled);
        if (status.equals(cluster.getStatus())) {
            return UpdateControl.<PersistCluster>noUpdate().rescheduleAfter(AGAIN);
        }
        announcements.tell(cluster, cluster.getStatus() == null ? List.of() : cluster.getStatus().conditions(),
                status.conditions());
        return UpdateControl.patchStatus(withStatus(cluster, status)).rescheduleAfter(AGAIN);
    }

    private static PersistCluster withStatus(PersistCluster cluster, PersistClusterStatus status) {
        PersistCluster report = new PersistCluster();
        report.setMetadata(new ObjectMetaBuilder().withName(cluster.getMetadata().getName())
                .withNamespace(cluster.getMetadata().getNamespace()).build());
        report.setStatus(status);
        return report;
    }

    /** Workers end while their coordinator is there, so that each puts everything into its place; then that ends too. */
    @Override
    public DeleteControl cleanup(PersistCluster cluster, Context<PersistCluster> context) {
        Surveyor survey = new Surveyor(cluster, context);
        Optional<Deployment> deployment = survey.deployment();
        if (deployment.isPresent() || !survey.pods().none()) {
            deployment.filter(d -> d.getMetadata().getDeletionTimestamp() == null).ifPresent(d -> context.getClient()
                    .resource(d).withPropagationPolicy(DeletionPropagation.FOREGROUND).delete());
            tellTheCoordinator(cluster, survey);
            sayThatItEnds(cluster, survey, context);
            return DeleteControl.noFinalizerRemoval().rescheduleAfter(AGAIN.toMillis());
        }
        coordinators.end(ResourceID.fromResource(cluster));
        autoscaling.end(ResourceID.fromResource(cluster));
        return DeleteControl.defaultDelete();
    }

    private void sayThatItEnds(PersistCluster cluster, Surveyor survey, Context<PersistCluster> context) {
        HostedCoordinator coordinator = coordinators.of(ResourceID.fromResource(cluster));
        Coordination coordination = coordinator == null
                ? new Coordination.Impossible(Reason.DELETING, "it is being deleted, and none was there")
                : coordinator.seen();
        PersistClusterStatus status = StatusOf.seen(new Seen(cluster, true, null, survey.rollout(), survey.storage(),
                coordination, now()));
        if (!status.equals(cluster.getStatus())) {
            announcements.tell(cluster, cluster.getStatus() == null ? List.of() : cluster.getStatus().conditions(),
                    status.conditions());
            context.resourceOperations().serverSideApplyPrimaryStatus(withStatus(cluster, status));
        }
    }

    private String now() {
        return clock.instant().truncatedTo(ChronoUnit.SECONDS).toString();
    }
}
