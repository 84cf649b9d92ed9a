// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.natspersist.metrics.Listen;
import io.natspersist.protocol.Subjects;
import io.natspersist.worker.journal.Durability;
import io.natspersist.transport.nats.NatsTls;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WorkerSettingsTest {

    @TempDir
    Path volume;

    @Test
    void onlyNameAndVolumeMustBeSaid() {
        WorkerSettings settings = WorkerSettings.parse(new String[]{"--name", "w0", "--root", volume.toString()},
                Map.of("PATH", "/bin", "PERSIST_SERVER", "nats://the.commands:1", "PERSIST_COORDINATOR_SLOTS", "8"));

        assertThat(settings.config()).isEqualTo(new WorkerConfig("w0", Subjects.ofCluster("default")));
        assertThat(settings.nats().servers()).isEqualTo("nats://127.0.0.1:4222");
        assertThat(settings.root()).isEqualTo(volume);
        assertThat(settings.fileThreads()).isEqualTo(4);
        assertThat(settings.drainSeconds()).isEqualTo(20);
        assertThat(settings.metrics()).isNull();
    }

    @Test
    void everySettingCanBeGivenByFlagOrEnvironmentAndTheFlagWins() {
        WorkerSettings settings = WorkerSettings.parse(
                new String[]{"--name", "w1", "--nats", "nats://h:1", "--file-threads", "2", "--metrics", "9464"},
                Map.of("PERSIST_NAME", "w2", "PERSIST_ROOT", volume.toString(), "PERSIST_CLUSTER", "main",
                        "PERSIST_DURABILITY", "relaxed", "PERSIST_SEGMENT_BYTES", "1000000", "PERSIST_DRAIN_SECONDS",
                        "7", "PERSIST_HEARTBEAT_MILLIS", "500", "PERSIST_OPEN_STREAMS", "100", "PERSIST_OPEN_FILES",
                        "10", "PERSIST_IDLE_SECONDS", "5"));

        assertThat(settings.config().name()).isEqualTo("w1");
        assertThat(settings.config().subjects()).isEqualTo(Subjects.ofCluster("main"));
        assertThat(settings.config().journal().durability()).isEqualTo(Durability.RELAXED);
        assertThat(settings.config().journal().segmentBytes()).isEqualTo(1_000_000);
        assertThat(settings.nats().servers()).isEqualTo("nats://h:1");
        assertThat(settings.root()).isEqualTo(volume);
        assertThat(settings.fileThreads()).isEqualTo(2);
        assertThat(settings.drainSeconds()).isEqualTo(7);
        assertThat(settings.config().heartbeatMillis()).isEqualTo(500);
        assertThat(settings.config().streams().maxOpenStreams()).isEqualTo(100);
        assertThat(settings.config().streams().maxOpenFiles()).isEqualTo(10);
        assertThat(settings.config().streams().idleMillis()).isEqualTo(5_000);
        assertThat(settings.metrics()).isEqualTo(new Listen("127.0.0.1", 9464));
    }

    @Test
    void noMoreFilesStayOpenThanTheProcessHasDescriptorsFor() {
        WorkerSettings settings = WorkerSettings.parse(new String[]{"--name", "w0", "--root", volume.toString()},
                Map.of());

        assertThat(settings.within(1L << 20)).isEqualTo(settings);
        assertThat(settings.within(20_000)).isEqualTo(settings);
        assertThat(settings.within(8_000).config().streams().maxOpenFiles()).isEqualTo(2_000);
        assertThat(settings.within(1_024).config().streams().maxOpenFiles()).isEqualTo(64);
    }

    @Test
    void filesForTlsMustBeThereAndACertificateNeedsItsKey(@TempDir Path secrets) throws IOException {
        String file = Files.writeString(secrets.resolve("tls.pem"), "a file").toString();
        List<String> good = List.of("--name", "w0", "--root", volume.toString(), "--tls-ca", file, "--tls-cert", file);

        assertThat(WorkerSettings.parse(good.toArray(new String[0]), Map.of("PERSIST_TLS_KEY", file)).nats().tls())
                .isEqualTo(new NatsTls(Path.of(file), Path.of(file), Path.of(file)));
        assertThatThrownBy(() -> WorkerSettings.parse(good.toArray(new String[0]), Map.of()))
                .hasMessageContaining("--tls-cert and --tls-key: ");
        assertThatThrownBy(() -> WorkerSettings.parse(good.toArray(new String[0]), Map.of("PERSIST_TLS_KEY", "/no")))
                .hasMessageContaining("--tls-key '/no'");
    }

    @Test
    void aPrefixComesBeforeTheClustersName(@TempDir Path secrets) throws IOException {
        Path credentials = Files.writeString(secrets.resolve("user.creds"), "a file");

        WorkerSettings settings = WorkerSettings.parse(new String[]{"--name", "w0", "--root", volume.toString()},
                Map.of("PERSIST_CLUSTER", "main", "PERSIST_PREFIX", "acme.persist", "PERSIST_CREDENTIALS",
                        credentials.toString()));

        assertThat(settings.config().subjects()).isEqualTo(new Subjects("acme.persist"));
        assertThat(settings.nats().credentials()).isEqualTo(credentials);
    }

    @Test
    void allMistakesAreReportedTogether() {
        assertThatThrownBy(() -> WorkerSettings.parse(
                new String[]{"--nmae", "--root", "/no/such/folder", "--file-threads", "0", "--metrics", "70000",
                        "--prefix", "a.*", "--credentials", "/no/such/file", "--nats"},
                Map.of("PERSIST_DURABILTY", "relaxed", "PERSIST_LOG_FORMAT", "xml", "PERSIST_LOG_LEVEL", "loud")))
                .hasMessageContainingAll("'--nmae' is not one of --name", "--name is missing",
                        "there is no folder /no/such/folder", "--file-threads '0'", "--metrics '70000'",
                        "--prefix 'a.*'", "--credentials '/no/such/file'",
                        "--nats needs a value", "there is no PERSIST_DURABILTY",
                        "PERSIST_LOG_FORMAT 'xml' is not one of text, json", "PERSIST_LOG_LEVEL 'loud'");
    }
}
