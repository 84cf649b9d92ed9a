// SPDX-License-Identifier: Apache-2.0
package io.natspersist.operator;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.processing.dependent.kubernetes.SSABasedGenericKubernetesResourceMatcher;
import io.natspersist.operator.crd.PersistCluster;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Brings objects to what is wanted by server-side apply, and writes only those that differ. It decides nothing. */
final class Applier {

    private Applier() {}

    /** What the API server said where it would not take one of them; the others are applied all the same. */
    static @Nullable String apply(List<HasMetadata> wanted, Context<PersistCluster> context) {
        String refused = null;
        for (HasMetadata object : wanted) {
            try {
                if (!isThere(object, context)) {
                    context.resourceOperations().serverSideApply(object);
                }
            } catch (KubernetesClientException e) {
                if (!isRefusal(e)) {
                    throw e;
                }
                refused = object.getKind() + " " + object.getMetadata().getName() + ": " + reason(e);
            }
        }
        return refused;
    }

    private static boolean isThere(HasMetadata wanted, Context<PersistCluster> context) {
        Optional<? extends HasMetadata> actual = context.getSecondaryResourcesAsStream(wanted.getClass())
                .filter(one -> one.getMetadata().getName().equals(wanted.getMetadata().getName())).findAny();
        return actual.isPresent() && SSABasedGenericKubernetesResourceMatcher.<HasMetadata>getInstance()
                .matches(actual.get(), wanted, context);
    }

    /** Not one that goes away by trying again at once. */
    private static boolean isRefusal(KubernetesClientException e) {
        return e.getCode() == 400 || e.getCode() == 403 || e.getCode() == 422;
    }

    private static String reason(KubernetesClientException e) {
        return e.getStatus() == null || e.getStatus().getMessage() == null
                ? String.valueOf(e.getMessage())
                : e.getStatus().getMessage();
    }
}
