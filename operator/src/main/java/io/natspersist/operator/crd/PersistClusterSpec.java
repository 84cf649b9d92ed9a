// SPDX-License-Identifier: Apache-2.0
package io.natspersist.operator.crd;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What is wanted. Fields that are not given have the defaults that the CRD has for them. */
@JsonInclude(JsonInclude.Include.NON_NULL)
@ValidationRule(value = "has(self.nats.prefix) == has(oldSelf.nats.prefix) && (!has(self.nats.prefix) || self.nats.prefix =="
        + " oldSelf.nats.prefix)", message = "the prefix of a cluster cannot change: streams belong to it", fieldPath = ".nats")
@ValidationRule(value = "self.streamDefaults.all(a, self.streamDefaults.exists_one(b, a.prefix == b.prefix))", message = "two"
        + " rules have the same prefix", fieldPath = ".streamDefaults")
@ValidationRule(value = "!has(self.autoscaling) || self.autoscaling.maxReplicas <= self.coordinator.slots", message = "maxReplicas is"
        + " more than there are slots: the workers beyond would have nothing to serve", fieldPath = ".autoscaling.maxReplicas")
@ValidationRule(value = "has(self.tiering) || !has(oldSelf.tiering)", message = "tiering cannot be taken away: streams that"
        + " left the volume are in the bucket", fieldPath = ".tiering")
@ValidationRule(value = "!has(self.storage.perWorker) || has(self.tiering)", message = "perWorker needs tiering: what is only on"
        + " a worker's own disk is gone with its pod", fieldPath = ".storage.perWorker")
@ValidationRule(value = "self.durability != 'shipped' || has(self.storage.perWorker)", message = "shipped needs storage.perWorker:"
        + " on a volume that all workers share sync is as much", fieldPath = ".durability")
@ValidationRule(value = "has(self.storage.perWorker) || self.streamDefaults.all(each, !has(each.config.durability) ||"
        + " each.config.durability != 'shipped')", message = "shipped needs storage.perWorker: on a volume that all workers share"
                + " sync is as much", fieldPath = ".streamDefaults")
public record PersistClusterSpec(
        @JsonPropertyDescription("How the cluster reaches NATS.") @Required NatsSpec nats,
        @JsonPropertyDescription("Where streams are kept: one volume that all workers share, or a disk for each worker and"
                + " the bucket of tiering. Exactly one of existingClaim, claim, nfs and perWorker. Which one cannot change.") @Required StorageSpec storage,
        @JsonPropertyDescription("The pods that serve streams.") @Default("{}") WorkersSpec workers,
        @JsonPropertyDescription("Where it is given, workers.replicas follows the load.") @Nullable AutoscalingSpec autoscaling,
        @JsonPropertyDescription("How streams are assigned to workers.") @Default("{}") CoordinatorSpec coordinator,
        @JsonPropertyDescription("What a change must have reached before it is answered, unless its stream says otherwise."
                + " sync: the volume's disk; relaxed: the volume, its disk within a second; shipped, with"
                + " storage.perWorker: the bucket.") @Default("sync") Durability durability,
        @JsonPropertyDescription("What streams are configured to where they say nothing themselves. The rule with the longest"
                + " prefix decides, alone. A change rolls the workers.") @Default("[]") @Size(max = 200) List<StreamDefault> streamDefaults,
        @JsonPropertyDescription("Where it is given, streams are archived in S3, and files of streams that nobody uses leave the"
                + " volume until somebody does.") @Nullable TieringSpec tiering) {

    public PersistClusterSpec {
        workers = workers == null ? WorkersSpec.DEFAULT : workers;
        coordinator = coordinator == null ? CoordinatorSpec.DEFAULT : coordinator;
        durability = durability == null ? Durability.SYNC : durability;
        streamDefaults = streamDefaults == null ? List.of() : List.copyOf(streamDefaults);
    }
}
