// SPDX-License-Identifier: Apache-2.0
package io.natspersist.operator;

import io.fabric8.kubernetes.api.model.EventBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.natspersist.operator.crd.ClusterCondition;
import io.natspersist.operator.crd.PersistCluster;
import io.natspersist.operator.crd.Reason;
import io.natspersist.operator.resource.Labels;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Events of PersistClusters, as {@code kubectl describe} shows them: one when a condition becomes another, or for another reason. */
final class Announcements {

    private static final Logger LOG = LoggerFactory.getLogger(Announcements.class);

    private final KubernetesClient client;
    private final InstantSource clock;

    Announcements(KubernetesClient client, InstantSource clock) {
        this.client = client;
        this.clock = clock;
    }

    void tell(PersistCluster cluster, List<ClusterCondition> before, List<ClusterCondition> now) {
        for (ClusterCondition condition : now) {
            boolean same = before.stream().anyMatch(earlier -> earlier.type() == condition.type()
                    && earlier.status() == condition.status() && earlier.reason() == condition.reason());
            if (!same && isNews(condition)) {
                publish(cluster, condition.type() == ClusterCondition.Type.DEGRADED, word(condition),
                        condition.message());
            }
        }
    }

    /** The rest follows from these. */
    private static boolean isNews(ClusterCondition condition) {
        return switch (condition.type()) {
            case DEGRADED, PROGRESSING -> condition.status() == ClusterCondition.Truth.TRUE;
            case READY ->
                condition.status() == ClusterCondition.Truth.TRUE || condition.reason() == Reason.SCALED_TO_ZERO;
            case WORKERS_AVAILABLE, STORAGE_AVAILABLE, COORDINATED -> false;
        };
    }

    /** Something that is wrong at one moment, and no condition. */
    void warn(PersistCluster cluster, Reason reason, String message) {
        publish(cluster, true, word(reason), message);
    }

    /** Something that happened as it should. */
    void tell(PersistCluster cluster, Reason reason, String message) {
        publish(cluster, false, word(reason), message);
    }

    private void publish(PersistCluster cluster, boolean bad, String reason, String message) {
        String now = clock.instant().truncatedTo(ChronoUnit.SECONDS).toString();
        try {
            client.resource(new EventBuilder().withNewMetadata().withGenerateName(cluster.getMetadata().getName() + "-")
                    .withNamespace(cluster.getMetadata().getNamespace()).endMetadata()
                    .withNewInvolvedObject().withApiVersion(cluster.getApiVersion()).withKind(cluster.getKind())
                    .withName(cluster.getMetadata().getName()).withNamespace(cluster.getMetadata().getNamespace())
                    .withUid(cluster.getMetadata().getUid()).endInvolvedObject()
                    .withType(bad ? "Warning" : "Normal").withReason(reason).withMessage(message)
                    .withFirstTimestamp(now).withLastTimestamp(now).withCount(1).withNewSource()
                    .withComponent(Labels.OPERATOR).endSource().withReportingComponent(Labels.OPERATOR)
                    .withReportingInstance(Labels.OPERATOR).build()).create();
        } catch (KubernetesClientException e) {
            LOG.debug("an event could not be told", e); // the condition says the same
        }
    }

    /** The reason says what is wrong; where nothing is, the type says more. */
    private String word(ClusterCondition condition) {
        return word(condition.reason() == Reason.AS_EXPECTED ? condition.type() : condition.reason());
    }

    private String word(Enum<?> constant) {
        return client.getKubernetesSerialization().convertValue(constant, String.class);
    }
}
