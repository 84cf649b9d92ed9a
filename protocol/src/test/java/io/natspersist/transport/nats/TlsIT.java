// SPDX-License-Identifier: Apache-2.0
package io.natspersist.transport.nats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** TLS with certificates of one's own, to a real nats-server. */
class TlsIT {

    @TempDir
    private static Path ours;
    private static Certificates certificates;
    private static String config;

    @TempDir
    private Path theirs;

    @BeforeAll
    static void makeCertificates() {
        certificates = new Certificates(ours);
        config = certificates.serverConfig("ip:127.0.0.1", false);
    }

    @Test
    void aServerWhoseCertificateIsSignedByTheGivenOneIsTrusted() {
        try (NatsServer server = NatsServer.start(config);
                NatsTransport right = connect(server, new NatsTls(certificates.ca(), null, null));
                NatsTransport withoutAny = NatsTransport
                        .connect(new NatsOptions(server.url().replace("nats://", "tls://"), "none"))) {
            awaitConnected(right);
            awaitProblem(withoutAny, "PKIX path building failed");
        }
    }

    @Test
    void aServerMustHaveACertificateForItsName() {
        try (NatsServer server = NatsServer.start(certificates.serverConfig("dns:elsewhere.example", false));
                NatsTransport transport = connect(server, new NatsTls(certificates.ca(), null, null))) {
            awaitProblem(transport, "No subject alternative names matching IP address 127.0.0.1");
        }
    }

    @Test
    void ofSeveralServersEachHasItsOwnName() {
        try (NatsServer server = NatsServer.start(certificates.serverConfig("dns:localhost", false));
                NatsTransport transport = NatsTransport.connect(new NatsOptions(
                        "tls://127.0.0.1:1," + server.url().replace("127.0.0.1", "localhost"), "test")
                        .withTls(new NatsTls(certificates.ca(), null, null)))) {
            awaitConnected(transport);
        }
    }

    @Test
    void aServerThatAsksForACertificateGetsIt() {
        try (NatsServer server = NatsServer.start(config.replace("verify: false", "verify: true"));
                NatsTransport known = connect(server, certificates.signed("client", "dns:client"));
                NatsTransport unknown = connect(server, new NatsTls(certificates.ca(), null, null))) {
            awaitConnected(known);
            awaitProblem(unknown, "certificate");
        }
    }

    @Test
    void filesAreReadAgainAtEveryConnect() throws IOException {
        Path ca = theirs.resolve("trusted.crt");
        try (NatsServer server = NatsServer.start(config);
                NatsTransport transport = connect(server, new NatsTls(ca, null, null))) {
            awaitProblem(transport, ca + " cannot be read");
            Files.writeString(ca, "nothing of the kind");
            awaitProblem(transport, ca.toString());
            Files.copy(new Certificates(Files.createDirectory(theirs.resolve("authority"))).ca(), ca,
                    StandardCopyOption.REPLACE_EXISTING);
            awaitProblem(transport, "PKIX path");
            Files.copy(certificates.ca(), ca, StandardCopyOption.REPLACE_EXISTING);
            awaitConnected(transport);
        }
    }

    private static NatsTransport connect(NatsServer server, NatsTls tls) {
        return NatsTransport.connect(server.options("test").withTls(tls));
    }

    private static void awaitConnected(NatsTransport transport) {
        await().atMost(Duration.ofSeconds(10)).until(transport::connected);
    }

    private static void awaitProblem(NatsTransport transport, String part) {
        await(part).atMost(Duration.ofSeconds(10))
                .untilAsserted(() -> assertThat(transport.problem()).isNotNull().contains(part));
        assertThat(transport.connected()).isFalse();
    }
}
