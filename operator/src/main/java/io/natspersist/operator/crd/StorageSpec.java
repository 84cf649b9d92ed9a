// SPDX-License-Identifier: Apache-2.0
package io.natspersist.operator.crd;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import io.fabric8.kubernetes.api.model.Quantity;
import org.jspecify.annotations.Nullable;

/** Where streams are kept. */
@JsonInclude(JsonInclude.Include.NON_NULL)
@ValidationRule(value = "[has(self.existingClaim), has(self.claim), has(self.nfs), has(self.perWorker)].filter(given,"
        + " given).size() == 1", message = "give exactly one of existingClaim, claim, nfs and perWorker")
@ValidationRule(value = "(has(self.existingClaim) ? self.existingClaim : '') == (has(oldSelf.existingClaim) ?"
        + " oldSelf.existingClaim : '') && has(self.claim) == has(oldSelf.claim) && has(self.nfs) == has(oldSelf.nfs)"
        + " && (!has(self.nfs) || self.nfs == oldSelf.nfs) && has(self.perWorker) == has(oldSelf.perWorker)", message = "the storage of a cluster cannot change: its streams are"
                + " there")
@ValidationRule(value = "!has(self.perWorker) || self.onDelete == 'retain'", message = "disks of workers go with their pods, and"
        + " what is in the bucket stays: onDelete says nothing of perWorker", fieldPath = ".onDelete")
public record StorageSpec(
        @JsonPropertyDescription("The name of a PersistentVolumeClaim that exists, or will.") @Size(min = 1, max = 253) @Nullable String existingClaim,
        @JsonPropertyDescription("A PersistentVolumeClaim that is made for this cluster.") @Nullable ClaimTemplate claim,
        @JsonPropertyDescription("An NFS export that pods mount themselves. A namespace that enforces the restricted pod"
                + " security standard refuses such pods: make a PersistentVolume and a claim there.") @Nullable NfsExport nfs,
        @JsonPropertyDescription("A disk for each worker, which nobody else has and which goes with the worker's pod. All that"
                + " workers have in common is the bucket of tiering: their journals are shipped there, and a successor reads"
                + " them there.") @Nullable PerWorkerSpec perWorker,
        @JsonPropertyDescription("What becomes of the claim that was made for this cluster when the PersistCluster is"
                + " deleted. retain: it stays, with all streams; delete: it goes with it. Claims made by others and NFS"
                + " exports always stay.") @Default("retain") OnDelete onDelete) {

    public StorageSpec {
        onDelete = onDelete == null ? OnDelete.RETAIN : onDelete;
    }

    /** What becomes of the data. */
    public enum OnDelete {
        @JsonProperty("retain")
        RETAIN, @JsonProperty("delete")
        DELETE
    }

    /** How a claim is made. It asks for ReadWriteMany. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @ValidationRule(value = "quantity(string(self.size)).compareTo(quantity(string(oldSelf.size))) >= 0", message = "a claim can"
            + " grow, not shrink", fieldPath = ".size")
    @ValidationRule(value = "has(self.storageClassName) == has(oldSelf.storageClassName) && (!has(self.storageClassName) ||"
            + " self.storageClassName == oldSelf.storageClassName)", message = "the storage class of a claim cannot change", fieldPath = ".storageClassName")
    public record ClaimTemplate(
            @JsonPropertyDescription("How large, such as 100Gi. It may grow where the storage class allows that.") @Required Quantity size,
            @JsonPropertyDescription("The storage class, one whose volumes can be mounted by many nodes at once and have"
                    + " POSIX locks that hold between them; the default one unless given.") @Size(max = 253) @Nullable String storageClassName) {}

    /** Where on which server. */
    public record NfsExport(
            @JsonPropertyDescription("The server's name or address.") @Required @Size(min = 1, max = 253) String server,
            @JsonPropertyDescription("The exported path.") @Required @Pattern("^/.*") @Size(max = 1024) String path) {}
}
