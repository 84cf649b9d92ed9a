// SPDX-License-Identifier: Apache-2.0
package io.natspersist.operator;

import io.fabric8.kubernetes.api.model.Secret;
import io.natspersist.operator.crd.NatsSpec;
import io.natspersist.operator.crd.SecretKey;
import io.natspersist.operator.crd.TlsSpec;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What the Secrets that a cluster names for NATS have. */
sealed interface NatsSecrets {

    /** A Secret is not there, or lacks the key. */
    record Missing(String message) implements NatsSecrets {}

    /**
     * All is there.
     *
     * @param tls null: the cluster asks for none of its own
     * @param urlVersion changes when the Secret with the URLs does; null: the cluster names none
     */
    record Found(String servers, @Nullable String credentials, @Nullable Tls tls,
            @Nullable String urlVersion) implements NatsSecrets {

        /** Leaves the secrets out. */
        @Override
        public String toString() {
            return "Found";
        }
    }

    /** PEM texts. */
    record Tls(@Nullable String ca, @Nullable String certificate, @Nullable String key) {

        /** Leaves the secrets out. */
        @Override
        public String toString() {
            return "Tls";
        }
    }

    /** @param secrets finds one by name; null: it is not there */
    static NatsSecrets of(NatsSpec nats, Function<String, @Nullable Secret> secrets) {
        try {
            String servers = nats.url();
            String version = null;
            if (nats.urlSecret() != null) {
                Secret secret = secret(nats.urlSecret(), secrets);
                servers = value(nats.urlSecret(), secret).strip();
                version = secret.getMetadata().getUid() + "." + secret.getMetadata().getResourceVersion();
            }
            TlsSpec tls = nats.tls();
            return servers == null
                    ? new Missing("there is no url")
                    : new Found(servers, optional(nats.credentials(), secrets),
                            tls == null
                                    ? null
                                    : new Tls(optional(tls.ca(), secrets), optional(tls.certificate(), secrets),
                                            optional(tls.privateKey(), secrets)),
                            version);
        } catch (NotThere e) {
            return new Missing(String.valueOf(e.getMessage()));
        }
    }

    private static @Nullable String optional(@Nullable SecretKey key, Function<String, @Nullable Secret> secrets)
            throws NotThere {
        return key == null ? null : value(key, secret(key, secrets));
    }

    private static Secret secret(SecretKey key, Function<String, @Nullable Secret> secrets) throws NotThere {
        Secret secret = secrets.apply(key.name());
        if (secret == null) {
            throw new NotThere("there is no Secret " + key.name());
        }
        return secret;
    }

    private static String value(SecretKey key, Secret secret) throws NotThere {
        String encoded = secret.getData() == null ? null : secret.getData().get(key.key());
        if (encoded == null) {
            throw new NotThere("the Secret " + key.name() + " has no key " + key.key());
        }
        return new String(Base64.getDecoder().decode(encoded), StandardCharsets.UTF_8);
    }

    /** Says what. */
    final class NotThere extends Exception {
        private static final long serialVersionUID = 1;

        NotThere(String message) {
            super(message);
        }
    }
}
