// SPDX-License-Identifier: Apache-2.0
package io.natspersist.operator.crd;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import io.fabric8.kubernetes.api.model.Quantity;
import org.jspecify.annotations.Nullable;

/** The disk that each worker has for itself, and how what is on it gets to the bucket. A change rolls the workers. */
@JsonInclude(JsonInclude.Include.NON_NULL)
@ValidationRule(value = "has(self.claim) != has(self.emptyDir)", message = "give exactly one of claim and emptyDir")
@ValidationRule(value = "self.shipMillis <= self.shipLagSeconds * 1000", message = "shipMillis must not be more than"
        + " shipLagSeconds: writes would be refused before anything is shipped", fieldPath = ".shipMillis")
public record PerWorkerSpec(
        @JsonPropertyDescription("A PersistentVolumeClaim for each pod, made and deleted with it.") @Nullable WorkerClaim claim,
        @JsonPropertyDescription("A folder on the node's own disk for each pod.") @Nullable EmptyDir emptyDir,
        @JsonPropertyDescription("How long a change waits at most until it is on its way to the bucket, in milliseconds: about so"
                + " much is lost with a machine, but for what was answered as shipped.") @Default("1000") @Min(10) @Max(3_600_000) @Nullable Integer shipMillis,
        @JsonPropertyDescription("How long changes may have waited for the bucket before writes are refused, in"
                + " seconds.") @Default("10") @Min(1) @Max(86_400) @Nullable Integer shipLagSeconds) {

    public PerWorkerSpec {
        shipMillis = shipMillis == null ? Integer.valueOf(1_000) : shipMillis;
        shipLagSeconds = shipLagSeconds == null ? Integer.valueOf(10) : shipLagSeconds;
    }

    /** How each pod's claim is made. It asks for ReadWriteOnce. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @ValidationRule(value = "quantity(string(self.size)).compareTo(quantity('512Mi')) >= 0", message = "a worker needs 512Mi for its"
            + " journal and its files at least", fieldPath = ".size")
    public record WorkerClaim(
            @JsonPropertyDescription("How large, such as 20Gi. A worker refuses writes while less than 256Mi are free.") @Required Quantity size,
            @JsonPropertyDescription("The storage class, one that makes volumes for one node at a time; the default one unless"
                    + " given.") @Size(min = 1, max = 253) @Nullable String storageClassName) {}

    /** How much of a node's disk. */
    @ValidationRule(value = "quantity(string(self.sizeLimit)).compareTo(quantity('512Mi')) >= 0", message = "a worker needs 512Mi for its"
            + " journal and its files at least", fieldPath = ".sizeLimit")
    public record EmptyDir(
            @JsonPropertyDescription("How much a worker may have there, such as 20Gi. The kubelet evicts the pod that has"
                    + " more.") @Required Quantity sizeLimit) {}
}
