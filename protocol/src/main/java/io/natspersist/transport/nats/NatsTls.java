// SPDX-License-Identifier: Apache-2.0
package io.natspersist.transport.nats;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Whom to trust and who to be in TLS. Files are PEM, and are read again at every connect.
 *
 * @param ca certificates by which servers' are signed; null: those that the JVM trusts
 * @param certificate the own one, and those between it and the server's CA; null: none is shown
 * @param key of the certificate, PKCS #8, or PKCS #1 for RSA
 */
public record NatsTls(@Nullable Path ca, @Nullable Path certificate, @Nullable Path key) {

    /** @throws IllegalArgumentException where there is a certificate without a key, or the other way round */
    public NatsTls {
        if ((certificate == null) != (key == null)) {
            throw new IllegalArgumentException("a certificate for TLS needs its key, and a key its certificate");
        }
    }

    /** Null where none of the files is given: TLS is then as the URL says. */
    public static @Nullable NatsTls of(@Nullable Path ca, @Nullable Path certificate, @Nullable Path key) {
        return ca == null && certificate == null && key == null ? null : new NatsTls(ca, certificate, key);
    }
}
