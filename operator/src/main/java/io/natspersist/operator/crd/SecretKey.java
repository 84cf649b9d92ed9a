// SPDX-License-Identifier: Apache-2.0
package io.natspersist.operator.crd;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;

/** A value in a Secret. */
public record SecretKey(
        @JsonPropertyDescription("The Secret's name, in the namespace of the PersistCluster.") @Required @Size(min = 1, max = 253) String name,
        @JsonPropertyDescription("The key in it.") @Required @Size(min = 1, max = 253) String key) {}
