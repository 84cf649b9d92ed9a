// SPDX-License-Identifier: Apache-2.0
package io.natspersist.operator;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.javaoperatorsdk.operator.api.config.informer.InformerEventSourceConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import io.javaoperatorsdk.operator.processing.event.source.informer.InformerEventSource;
import io.natspersist.operator.crd.PersistCluster;
import io.natspersist.operator.resource.Labels;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** The kinds of objects whose changes lead to a new look at their PersistCluster: those with its label, and no others. */
final class Watched {

    private static final List<Class<? extends HasMetadata>> KINDS = List.of(ServiceAccount.class, ConfigMap.class,
            PersistentVolumeClaim.class, PodDisruptionBudget.class, Service.class, Deployment.class, Pod.class);

    private Watched() {}

    static List<EventSource<?, PersistCluster>> sources(EventSourceContext<PersistCluster> context) {
        List<EventSource<?, PersistCluster>> all = new ArrayList<>();
        KINDS.forEach(kind -> all.add(source(kind, context)));
        return all;
    }

    private static <R extends HasMetadata> EventSource<R, PersistCluster> source(Class<R> kind,
            EventSourceContext<PersistCluster> context) {
        return new InformerEventSource<>(InformerEventSourceConfiguration.from(kind, PersistCluster.class)
                .withLabelSelector(Labels.MANAGED_BY + "=" + Labels.OPERATOR)
                .withSecondaryToPrimaryMapper(Watched::cluster)
                .withNamespacesInheritedFromController().build(), context);
    }

    private static Set<ResourceID> cluster(HasMetadata object) {
        String name = object.getMetadata().getLabels().get(Labels.CLUSTER);
        return name == null ? Set.of() : Set.of(new ResourceID(name, object.getMetadata().getNamespace()));
    }
}
