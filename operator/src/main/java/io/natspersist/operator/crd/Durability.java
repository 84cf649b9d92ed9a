// SPDX-License-Identifier: Apache-2.0
package io.natspersist.operator.crd;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Locale;

/** What a change must have reached before it is answered. */
public enum Durability {
    @JsonProperty("sync")
    SYNC, @JsonProperty("relaxed")
    RELAXED, @JsonProperty("shipped")
    SHIPPED;

    /** As workers know it. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
