// SPDX-License-Identifier: Apache-2.0
package io.natspersist.operator.crd;

import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;
import io.fabric8.generator.annotation.ValidationRule;
import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Categories;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.ShortNames;
import io.fabric8.kubernetes.model.annotation.Version;

/** Workers on one volume, at one NATS, under one prefix, and the coordinator that assigns streams to them. */
@Group(PersistCluster.GROUP)
@Version("v1alpha1")
@ShortNames("persist")
@Categories("natspersist")
@ValidationRule(value = "self.metadata.name.matches('^[a-z]([-a-z0-9]{0,38}[a-z0-9])?$')", message = "the name must begin with"
        + " a letter, have only a-z, 0-9 and -, and at most 40 of them: the names of Services and pods are made from it")
@AdditionalPrinterColumn(name = "Workers", jsonPath = ".spec.workers.replicas", type = AdditionalPrinterColumn.Type.INTEGER)
@AdditionalPrinterColumn(name = "Ready", jsonPath = ".status.readyReplicas", type = AdditionalPrinterColumn.Type.INTEGER)
@AdditionalPrinterColumn(name = "Streams", jsonPath = ".status.openStreams", type = AdditionalPrinterColumn.Type.INTEGER)
@AdditionalPrinterColumn(name = "Phase", jsonPath = ".status.phase", type = AdditionalPrinterColumn.Type.STRING)
@AdditionalPrinterColumn(name = "Age", jsonPath = ".metadata.creationTimestamp", type = AdditionalPrinterColumn.Type.DATE)
public final class PersistCluster extends CustomResource<PersistClusterSpec, PersistClusterStatus>
        implements
            Namespaced {

    public static final String GROUP = "natspersist.io";

    /** Set to {@code "true"} on a PersistCluster, the operator leaves its objects as they are; its coordinator goes on. */
    public static final String PAUSED = GROUP + "/paused";

    private static final long serialVersionUID = 1;

    /** Whether a person wants the objects left as they are. */
    public boolean paused() {
        return getMetadata().getAnnotations() != null && "true".equals(getMetadata().getAnnotations().get(PAUSED));
    }

    /** What the subjects begin with. */
    public String prefix() {
        String given = getSpec().nats().prefix();
        return given == null ? "persist." + getMetadata().getName() : given;
    }
}
