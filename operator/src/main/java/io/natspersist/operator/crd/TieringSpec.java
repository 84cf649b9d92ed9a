// SPDX-License-Identifier: Apache-2.0
package io.natspersist.operator.crd;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Where streams are archived, and when their files leave the volume. */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@ValidationRule(value = "self.bucket == oldSelf.bucket && (has(self.prefix) ? self.prefix : '') == (has(oldSelf.prefix) ?"
        + " oldSelf.prefix : '')", message = "the bucket and prefix of a cluster cannot change: streams that left the volume are"
                + " there")
@ValidationRule(value = "!has(self.credentialsSecret) || !has(self.serviceAccountAnnotations)", message = "give credentialsSecret or"
        + " serviceAccountAnnotations: with both the pods' identity would never be used")
public record TieringSpec(
        @JsonPropertyDescription("The bucket's name. It cannot change.") @Required @Pattern("^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$") String bucket,
        @JsonPropertyDescription("What the objects' keys begin with, without the slash at its end; <namespace>/<name> of the"
                + " PersistCluster unless given. No two clusters may have the same in one bucket. It cannot change.") @Pattern("^[^/]+(/[^/]+)*$") @Size(max = 500) @Nullable String prefix,
        @JsonPropertyDescription("URL of an S3 server that is not AWS, such as http://minio.storage:9000.") @Pattern("^https?://[^/?#@\\s]+/?$") @Size(max = 512) @Nullable String endpoint,
        @JsonPropertyDescription("The bucket's region; what the pods' identity says, or us-east-1, unless given.") @Pattern("^[a-z0-9-]+$") @Size(max = 64) @Nullable String region,
        @JsonPropertyDescription("Whether the bucket is named in the URL's path, which most servers that are not AWS need, and"
                + " not in the host's name.") @Default("false") @Nullable Boolean pathStyle,
        @JsonPropertyDescription("The name of a Secret with the keys AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY; the pods'"
                + " identity unless given. When it changes the workers are rolled.") @Size(min = 1, max = 253) @Nullable String credentialsSecret,
        @JsonPropertyDescription("Annotations for the workers' ServiceAccount by which the cloud gives pods an identity, such as"
                + " eks.amazonaws.com/role-arn.") Map<String, String> serviceAccountAnnotations,
        @JsonPropertyDescription("How long after its first change that its copy lacks a stream is archived, in"
                + " seconds.") @Default("300") @Min(0) @Max(31_536_000) @Nullable Integer archiveAfterSeconds,
        @JsonPropertyDescription("How long nobody asks for a stream until its file leaves the volume, once it is archived, in"
                + " seconds.") @Default("604800") @Min(0) @Max(315_360_000) @Nullable Integer evictAfterSeconds,
        @JsonPropertyDescription("How much of the volume may be in use, in percent, before archived files leave it earlier,"
                + " those longest unused first; 0: however much.") @Default("85") @Min(0) @Max(99) @Nullable Integer highWaterPercent,
        @JsonPropertyDescription("How long an archived copy is kept once a newer one took its place, in seconds: so far back can a"
                + " stream be restored.") @Default("604800") @Min(0) @Max(315_360_000) @Nullable Integer retentionSeconds,
        @JsonPropertyDescription("Threads of a worker that talk to S3.") @Default("8") @Min(1) @Max(64) @Nullable Integer threads) {

    public TieringSpec {
        pathStyle = pathStyle == null ? Boolean.FALSE : pathStyle;
        serviceAccountAnnotations = serviceAccountAnnotations == null
                ? Map.of()
                : Map.copyOf(serviceAccountAnnotations);
        archiveAfterSeconds = archiveAfterSeconds == null ? Integer.valueOf(300) : archiveAfterSeconds;
        evictAfterSeconds = evictAfterSeconds == null ? Integer.valueOf(604_800) : evictAfterSeconds;
        highWaterPercent = highWaterPercent == null ? Integer.valueOf(85) : highWaterPercent;
        retentionSeconds = retentionSeconds == null ? Integer.valueOf(604_800) : retentionSeconds;
        threads = threads == null ? Integer.valueOf(8) : threads;
    }
}
