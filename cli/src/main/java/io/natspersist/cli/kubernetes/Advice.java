// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.kubernetes;

import io.natspersist.operator.crd.Reason;
import java.util.EnumMap;
import java.util.Map;

/** What a person does about a reason, with commands to copy. {@code docs/operations.md} says more of each. */
final class Advice {

    private static final String LOOK_AT_PODS = "kubectl describe pods -n %1$s -l natspersist.io/cluster=%2$s";
    private static final String LOOK_AT_CLAIM = "kubectl describe pvc -n %1$s; look at the claim and its storage class";
    private static final Map<Reason, String> BY_REASON = new EnumMap<>(Map.ofEntries(
            Map.entry(Reason.TOO_FEW_WORKERS, LOOK_AT_PODS), Map.entry(Reason.ROLLOUT_STUCK, LOOK_AT_PODS),
            Map.entry(Reason.NO_IMAGE, "set spec.workers.image, or the chart's workerImage"),
            Map.entry(Reason.OBJECT_REFUSED,
                    "the message is the API server's: a quota, an admission rule, a field that makes no sense"),
            Map.entry(Reason.PAUSED,
                    "where that is over: kubectl annotate persistcluster -n %1$s %2$s natspersist.io/paused-"),
            Map.entry(Reason.CLAIM_PENDING, LOOK_AT_CLAIM), Map.entry(Reason.CLAIM_MISSING, LOOK_AT_CLAIM),
            Map.entry(Reason.CLAIM_LOST, LOOK_AT_CLAIM),
            Map.entry(Reason.SECRET_MISSING, "make the Secret, or the key in it; it is looked for every ten seconds"),
            Map.entry(Reason.PREFIX_TAKEN,
                    "give one of the two clusters another prefix: a new cluster, since a prefix cannot change"),
            Map.entry(Reason.NATS_UNREACHABLE,
                    "see that NATS runs, that the URL is right in the namespaces of both cluster and operator, and that the"
                            + " credentials are good"),
            Map.entry(Reason.TABLE_UNAVAILABLE,
                    "a damaged table that no operator knows can be deleted while the workers run: kubectl delete configmap"
                            + " -n %1$s %2$s-table"),
            Map.entry(Reason.TABLE_REBUILDING, "nothing, but that workers must come"),
            Map.entry(Reason.SLOTS_UNSERVED,
                    "nothing, unless it stays: a worker has died, and its slots are being taken over")));

    private Advice() {}

    /** Empty: there is nothing to do. */
    static String of(Reason reason, ClusterView view) {
        return BY_REASON.getOrDefault(reason, "").formatted(view.namespace(), view.name());
    }

    static String onOperator() {
        return "see that an operator runs, and that this namespace is one of its own: kubectl get pods -A -l"
                + " app.kubernetes.io/name=persist-operator";
    }
}
