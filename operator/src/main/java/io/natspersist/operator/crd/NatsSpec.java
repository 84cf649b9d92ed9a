// SPDX-License-Identifier: Apache-2.0
package io.natspersist.operator.crd;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import org.jspecify.annotations.Nullable;

/** How a cluster reaches NATS. */
@JsonInclude(JsonInclude.Include.NON_NULL)
@ValidationRule(value = "has(self.url) != has(self.urlSecret)", message = "give either url or urlSecret")
@ValidationRule(value = "!has(self.url) || !self.url.contains('@')", message = "the url holds a user or token, for anyone to"
        + " read: put it into a Secret and name that in urlSecret", fieldPath = ".url")
public record NatsSpec(
        @JsonPropertyDescription("URLs of NATS servers, comma-separated, without user or token. tls:// for TLS: a server must have"
                + " a certificate for its name, signed by tls.ca or whom the image's JVM trusts.") @Pattern("^(nats|tls|ws|wss)://[^\\s,]+(,(nats|tls|ws|wss)://[^\\s,]+)*$") @Size(max = 2048) @Nullable String url,
        @JsonPropertyDescription("The Secret that has the URLs, with user and password or token in them. When it changes the"
                + " workers are rolled.") @Nullable SecretKey urlSecret,
        @JsonPropertyDescription("The Secret that has a NATS credentials file (JWT and seed). It is read again at every"
                + " connect.") @Nullable SecretKey credentials,
        @JsonPropertyDescription("TLS with certificates of one's own, whatever the URLs say.") @Nullable TlsSpec tls,
        @JsonPropertyDescription("What the cluster's subjects begin with; persist.<name> unless given. No two clusters at one"
                + " NATS may have the same. It cannot change.") @Pattern("^[A-Za-z0-9_-]+(\\.[A-Za-z0-9_-]+)*$") @Size(max = 128) @Nullable String prefix) {}
