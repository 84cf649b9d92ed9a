// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RedactionTest {

    private static final String SEED = "SUAM"
            + "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567ABCDEFGHIJKLMNOPQRST".repeat(2).substring(0, 54);

    @ParameterizedTest
    @CsvSource({"nats://ann:secret@nats:4222, nats://***@nats:4222", "tls://t0ken@a:1 and b, tls://***@a:1 and b",
            "'nats://a:b@c,nats://d:e@f', 'nats://***@c,nats://***@f'",
            "mail to ann@example.com, mail to ann@example.com", "nats://nats:4222/x@y, nats://nats:4222/x@y"})
    void usersAndPasswordsInUrlsAreBlackedOut(String text, String left) {
        assertThat(Redaction.of(text)).isEqualTo(left);
    }

    @Test
    void credentialsOfNatsAreBlackedOut() {
        String jwt = "eyJ0eXAiOiJKV1QiLCJhbGciOiJlZDI1NTE5LW5rZXkifQ.eyJqdGkiOiJYIn0.c2ln";
        assertThat(Redaction.of("a " + SEED + " b " + jwt + " c")).isEqualTo("a *** b *** c");
        assertThat(SEED).hasSize(58);
    }

    @Test
    void privateKeysAreBlackedOut() {
        assertThat(Redaction.of("x\n-----BEGIN RSA PRIVATE KEY-----\nabc\n-----END RSA PRIVATE KEY-----\ny"))
                .isEqualTo("x\n***\ny");
    }
}
