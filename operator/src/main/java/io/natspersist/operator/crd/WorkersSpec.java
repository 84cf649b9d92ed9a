// SPDX-License-Identifier: Apache-2.0
package io.natspersist.operator.crd;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Size;
import io.fabric8.kubernetes.api.model.Affinity;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.Toleration;
import io.fabric8.kubernetes.api.model.TopologySpreadConstraint;
import io.fabric8.kubernetes.model.annotation.SpecReplicas;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The pods that serve streams. What is a pod's own is as in a pod's spec. */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record WorkersSpec(
        @JsonPropertyDescription("How many. 0 serves nothing and keeps everything. With autoscaling the operator writes it.") @SpecReplicas @Default("2") @Min(0) @Max(1000) @JsonInclude(JsonInclude.Include.ALWAYS) @Nullable Integer replicas,
        @JsonPropertyDescription("The image; the operator's default unless given.") @Size(min = 1, max = 512) @Nullable String image,
        @JsonPropertyDescription("When the image is pulled.") @Default("IfNotPresent") PullPolicy imagePullPolicy,
        @JsonPropertyDescription("Names of Secrets for pulling the image.") List<String> imagePullSecrets,
        @JsonPropertyDescription("What a worker's container asks for and is held to; unless given it asks for 250m CPU and 1Gi of"
                + " memory, and is held to that memory.") @Nullable Resources resources,
        @JsonPropertyDescription("How long a worker that is told to stop may take, in seconds: half of it for its streams to"
                + " move to others, the rest to put what has not moved into their files.") @Default("20") @Min(2) @Max(3600) @Nullable Integer drainSeconds,
        @JsonPropertyDescription("Threads that open and read streams' files, and as many that write to them in the"
                + " background.") @Default("4") @Min(1) @Max(64) @Nullable Integer fileThreads,
        @JsonPropertyDescription("More flags for the worker's JVM.") @Size(max = 4096) @Nullable String javaOptions,
        @JsonPropertyDescription("More labels for the pods.") Map<String, String> labels,
        @JsonPropertyDescription("Annotations for the pods.") Map<String, String> annotations,
        @JsonPropertyDescription("Labels that a node must have.") Map<String, String> nodeSelector,
        @JsonPropertyDescription("Taints of nodes that do not matter.") List<Toleration> tolerations,
        @JsonPropertyDescription("Which nodes are wanted.") @Nullable Affinity affinity,
        @JsonPropertyDescription("How the pods are spread; over the nodes, as far as possible, unless given.") List<TopologySpreadConstraint> topologySpreadConstraints,
        @JsonPropertyDescription("The pods' priority class.") @Size(max = 253) @Nullable String priorityClassName) {

    static final WorkersSpec DEFAULT = new WorkersSpec(null, null, PullPolicy.IF_NOT_PRESENT, List.of(), null, null,
            null,
            null, Map.of(), Map.of(), Map.of(), List.of(), null, List.of(), null);

    public WorkersSpec {
        replicas = replicas == null ? Integer.valueOf(2) : replicas;
        imagePullPolicy = imagePullPolicy == null ? PullPolicy.IF_NOT_PRESENT : imagePullPolicy;
        imagePullSecrets = imagePullSecrets == null ? List.of() : List.copyOf(imagePullSecrets);
        drainSeconds = drainSeconds == null ? Integer.valueOf(20) : drainSeconds;
        fileThreads = fileThreads == null ? Integer.valueOf(4) : fileThreads;
        labels = labels == null ? Map.of() : Map.copyOf(labels);
        annotations = annotations == null ? Map.of() : Map.copyOf(annotations);
        nodeSelector = nodeSelector == null ? Map.of() : Map.copyOf(nodeSelector);
        tolerations = tolerations == null ? List.of() : List.copyOf(tolerations);
        topologySpreadConstraints = topologySpreadConstraints == null
                ? List.of()
                : List.copyOf(topologySpreadConstraints);
    }

    public WorkersSpec withReplicas(int count) {
        return new WorkersSpec(count, image, imagePullPolicy, imagePullSecrets, resources, drainSeconds, fileThreads,
                javaOptions, labels, annotations, nodeSelector, tolerations, affinity, topologySpreadConstraints,
                priorityClassName);
    }

    /** When an image is pulled. */
    public enum PullPolicy {
        @JsonProperty("Always")
        ALWAYS("Always"), @JsonProperty("IfNotPresent")
        IF_NOT_PRESENT("IfNotPresent"), @JsonProperty("Never")
        NEVER("Never");

        private final String word;

        PullPolicy(String word) {
            this.word = word;
        }

        /** As Kubernetes writes it. */
        public String word() {
            return word;
        }
    }

    /** What a container asks for and is held to. */
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    public record Resources(
            @JsonPropertyDescription("What it asks for, such as cpu: 250m.") Map<String, Quantity> requests,
            @JsonPropertyDescription("What it is held to, such as memory: 1Gi.") Map<String, Quantity> limits) {

        public Resources {
            requests = requests == null ? Map.of() : Map.copyOf(requests);
            limits = limits == null ? Map.of() : Map.copyOf(limits);
        }
    }
}
