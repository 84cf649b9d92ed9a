// SPDX-License-Identifier: Apache-2.0
package io.natspersist.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.natspersist.client.ClientConfig;
import io.natspersist.client.PersistClient;
import io.natspersist.coordinator.CoordinatorMain;
import io.natspersist.transport.nats.Certificates;
import io.natspersist.transport.nats.NatsServer;
import io.natspersist.transport.nats.NatsTls;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A coordinator, a worker and a client, with certificates of one's own at a real nats-server that asks everybody for one. */
class TlsIT {

    @TempDir
    private Path folder;

    @Test
    void everyoneReachesAServerThatAsksForCertificates() throws Exception {
        Certificates certificates = new Certificates(Files.createDirectory(folder.resolve("certificates")));
        Path volume = Files.createDirectory(folder.resolve("volume"));
        NatsTls ours = certificates.signed("everyone", "dns:everyone");
        try (NatsServer nats = NatsServer.start(certificates.serverConfig("ip:127.0.0.1", true))) {
            Process coordinator = coordinator(nats.url(), ours);
            WorkerProcess worker = WorkerProcess.start("w0", volume, nats.url(), Cluster.NAME, folder.resolve("w0.log"),
                    Map.of(),
                    "--tls-ca", String.valueOf(ours.ca()), "--tls-cert", String.valueOf(ours.certificate()),
                    "--tls-key", String.valueOf(ours.key()));
            try (PersistClient client = PersistClient.connect(nats.options("test").withTls(ours),
                    ClientConfig.ofCluster(Cluster.NAME).withDeadlineMillis(60_000))) {
                client.stream("s").set("kept".getBytes(StandardCharsets.UTF_8));

                assertThat(client.stream("s").get(1)).isPresent();
            } finally {
                worker.kill();
                coordinator.destroyForcibly().waitFor();
            }
        }
    }

    private Process coordinator(String nats, NatsTls tls) throws IOException {
        return new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-cp",
                System.getProperty("java.class.path"), CoordinatorMain.class.getName(), "--table",
                folder.resolve("table").toString(), "--nats", nats, "--cluster", Cluster.NAME, "--tls-ca=" + tls.ca(),
                "--tls-cert=" + tls.certificate(), "--tls-key=" + tls.key()).redirectErrorStream(true)
                .redirectOutput(folder.resolve("coordinator.log").toFile()).start();
    }
}
