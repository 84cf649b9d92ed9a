// SPDX-License-Identifier: Apache-2.0
package io.natspersist.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.natspersist.protocol.table.Incarnation;
import io.natspersist.transport.Headers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class ServiceErrorTest {

    @Test
    void theHeadersAreThoseOfTheProtocol() {
        assertThat(new ServiceError(ErrorCode.OVERLOADED, "wait").retryAfter(50).headers())
                .isEqualTo(Headers.of("Nats-Service-Error", "wait", "Nats-Service-Error-Code", "429", "Persist-Error",
                        "OVERLOADED", "Persist-Retryable", "true", "Persist-No-Side-Effects", "true",
                        "Persist-Retry-After", "50"));
    }

    @ParameterizedTest
    @EnumSource
    void whatWasSentIsReceived(ErrorCode code) {
        ServiceError error = new ServiceError(code, "text ü", 7, new Incarnation("w0", 3), 9);
        assertThat(ServiceError.parse(error.headers())).contains(error);
        ServiceError bare = new ServiceError(code, "");
        assertThat(ServiceError.parse(bare.headers())).contains(bare);
    }

    @Test
    void anAnswerThatIsNoErrorIsNone() {
        assertThat(ServiceError.parse(Headers.NONE)).isEmpty();
        assertThat(ServiceError.parse(Headers.of("Persist-Seq", "1"))).isEmpty();
    }

    @Test
    void aTextWithLineBreaksMakesNoNewHeaders() {
        Headers headers = new ServiceError(ErrorCode.INTERNAL, "a\r\nPersist-Error: OK").headers();
        assertThat(headers.first("Nats-Service-Error")).isEqualTo("a Persist-Error: OK");
    }

    @ParameterizedTest
    @CsvSource({"true, true, UNAVAILABLE", "true, false, INTERNAL", "false, true, BAD_REQUEST",
            "false, false, INTERNAL"})
    void anUnknownCodeIsReadAsOneWithItsBits(String retryable, String noSideEffects, ErrorCode read) {
        Headers headers = Headers.of("Nats-Service-Error", "news", "Nats-Service-Error-Code", "499", "Persist-Error",
                "NEWER", "Persist-Retryable", retryable, "Persist-No-Side-Effects", noSideEffects);
        assertThat(ServiceError.parse(headers)).contains(new ServiceError(read, "news"));
    }

    @Test
    void malformedHeadersAreNamed() {
        assertThatThrownBy(() -> ServiceError.parse(Headers.of("Persist-Error", "NOT_OWNER", "Persist-Owner", "w0")))
                .isInstanceOf(BadMessage.class)
                .hasMessageStartingWith("Persist-Owner ");
        assertThatThrownBy(
                () -> ServiceError.parse(Headers.of("Persist-Error", "OVERLOADED", "Persist-Retry-After", "-1")))
                .hasMessageStartingWith("Persist-Retry-After ");
    }
}
