// SPDX-License-Identifier: Apache-2.0
package io.natspersist.operator.crd;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import org.jspecify.annotations.Nullable;

/** Whom to trust and who to be in TLS to NATS. */
@JsonInclude(JsonInclude.Include.NON_NULL)
@ValidationRule(value = "has(self.ca) || has(self.clientSecret)", message = "give ca, clientSecret or both; a tls:// URL is enough for"
        + " certificates that the image's JVM trusts")
public record TlsSpec(
        @JsonPropertyDescription("The Secret that has the certificates by which those of NATS servers are signed, as PEM; those"
                + " that the image's JVM trusts unless given.") @Nullable SecretKey ca,
        @JsonPropertyDescription("The name of a Secret of type kubernetes.io/tls, with the certificate that NATS servers are"
                + " shown in tls.crt, and its key in tls.key, as PKCS #8 or for RSA PKCS #1.") @Size(min = 1, max = 253) @Nullable String clientSecret) {

    /** The certificate in {@link #clientSecret}; null: there is none. */
    public @Nullable SecretKey certificate() {
        return clientSecret == null ? null : new SecretKey(clientSecret, "tls.crt");
    }

    /** Its key. */
    public @Nullable SecretKey privateKey() {
        return clientSecret == null ? null : new SecretKey(clientSecret, "tls.key");
    }
}
