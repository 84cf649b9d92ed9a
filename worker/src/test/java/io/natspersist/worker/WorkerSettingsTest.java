// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.natspersist.metrics.Listen;
import io.natspersist.protocol.Subjects;
import io.natspersist.worker.cold.ColdConfig;
import io.natspersist.worker.cold.ColdPlace;
import io.natspersist.worker.cold.S3Config;
import io.natspersist.worker.journal.Durability;
import io.natspersist.worker.ship.ShipConfig;
import io.natspersist.transport.nats.NatsTls;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
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
        assertThat(settings.cold()).isNull();
    }

    @Test
    void aBucketIsEnoughForStreamsToBeArchived() {
        WorkerSettings settings = WorkerSettings.parse(
                new String[]{"--name", "w0", "--root", volume.toString(), "--s3", "s3://my-bucket"}, Map.of());

        assertThat(settings.cold())
                .isEqualTo(new ColdConfig(ColdPlace.of("s3://my-bucket"), 300_000, 604_800_000, 85, 604_800_000, 8));
        assertThat(settings.within(1_024).cold()).isEqualTo(settings.cold());
    }

    @Test
    void everythingAboutTheColdTierCanBeSaid() {
        WorkerSettings settings = WorkerSettings.parse(
                new String[]{"--name", "w0", "--root", volume.toString(), "--s3", "s3://my-bucket/a/b",
                        "--archive-after-seconds", "0", "--evict-after-seconds", "10", "--volume-high-water", "0"},
                Map.of("PERSIST_S3_ENDPOINT", "http://127.0.0.1:9000", "PERSIST_S3_REGION", "eu-central-1",
                        "PERSIST_S3_PATH_STYLE", "true", "PERSIST_RETAIN_VERSIONS_SECONDS", "3000000",
                        "PERSIST_COLD_THREADS", "2"));

        assertThat(settings.cold()).isEqualTo(new ColdConfig(
                new ColdPlace.Bucket(S3Config.of("s3://my-bucket/a/b/").at(URI.create("http://127.0.0.1:9000"),
                        "eu-central-1", true)),
                0,
                10_000, 0, 3_000_000_000L, 2));
    }

    @Test
    void aFolderThatAllWorkersSeeDoesInPlaceOfABucket() {
        WorkerSettings settings = WorkerSettings.parse(
                new String[]{"--name", "w0", "--root", volume.toString(), "--s3", "file:///var/lib/cold%20copies/"},
                Map.of());

        ColdPlace place = Objects.requireNonNull(settings.cold()).place();
        assertThat(place).isEqualTo(new ColdPlace.Folder(Path.of("/var/lib/cold copies")));
        assertThat(ColdPlace.of(place.url())).isEqualTo(place);
        for (String wrong : List.of("file://host/folder", "file:folder", "file:///", "file:///a?b")) {
            assertThatThrownBy(() -> WorkerSettings.parse(
                    new String[]{"--name", "w0", "--root", volume.toString(), "--s3", wrong, "--s3-region",
                            "eu-central-1"},
                    Map.of())).hasMessageContaining("--s3 '" + wrong + "'");
        }
        assertThatThrownBy(() -> WorkerSettings.parse(
                new String[]{"--name", "w0", "--root", volume.toString(), "--s3", "file:///cold", "--s3-region",
                        "eu-central-1"},
                Map.of())).hasMessageContaining("--s3-region says nothing of a folder");
    }

    @Test
    void mistakesAboutTheColdTierAreReportedTogether() {
        assertThatThrownBy(() -> WorkerSettings.parse(
                new String[]{"--root", volume.toString(), "--s3", "my-bucket", "--s3-endpoint", "minio:9000",
                        "--s3-region", "Mars!", "--s3-path-style", "yes", "--volume-high-water", "100",
                        "--evict-after-seconds", "-1"},
                Map.of("PERSIST_COLD_THREADS", "0")))
                .hasMessageContainingAll("--name is missing", "--s3 'my-bucket'", "--s3-endpoint 'minio:9000'",
                        "--s3-region 'Mars!'", "--s3-path-style 'yes'", "--volume-high-water '100'",
                        "--evict-after-seconds '-1'", "--cold-threads '0'");
        assertThatThrownBy(() -> WorkerSettings.parse(
                new String[]{"--name", "w0", "--root", volume.toString(), "--evict-after-seconds", "10"}, Map.of()))
                .hasMessageContaining("--evict-after-seconds says nothing without --s3");
    }

    @Test
    void aDiskOfItsOwnNeedsABucket() {
        String[] own = {"--name", "w0", "--root", volume.toString(), "--own-disk", "true"};

        assertThatThrownBy(() -> WorkerSettings.parse(own, Map.of())).hasMessageContaining("--own-disk needs --s3");
        assertThat(WorkerSettings.parse(own, Map.of("PERSIST_S3", "s3://bucket")).ship())
                .isEqualTo(new ShipConfig(1_000, 10_000));
        assertThat(WorkerSettings.parse(own, Map.of("PERSIST_S3", "s3://bucket", "PERSIST_SHIP_MILLIS", "200",
                "PERSIST_SHIP_LAG_SECONDS", "3")).ship()).isEqualTo(new ShipConfig(200, 3_000));
        assertThatThrownBy(() -> WorkerSettings.parse(own,
                Map.of("PERSIST_S3", "s3://bucket", "PERSIST_SHIP_MILLIS", "2000", "PERSIST_SHIP_LAG_SECONDS", "1")))
                .hasMessageContaining("--ship-millis must not be more than --ship-lag-seconds");
    }

    @Test
    void durabilityShippedNeedsADiskOfItsOwn(@TempDir Path folder) throws IOException {
        Path defaults = Files.writeString(volume.resolve("defaults.json"),
                "[{\"prefix\":\"a\",\"config\":{\"durability\":\"shipped\"}}]");

        assertThatThrownBy(() -> WorkerSettings.parse(
                new String[]{"--name", "w0", "--root", volume.toString(), "--durability", "shipped",
                        "--stream-defaults",
                        defaults.toString()},
                Map.of())).hasMessageContainingAll("--durability shipped needs --own-disk true",
                        "--stream-defaults: durability shipped needs --own-disk true");
    }

    @Test
    void shippingSaysNothingWhereAllWorkersHaveTheVolume() {
        assertThatThrownBy(() -> WorkerSettings.parse(
                new String[]{"--name", "w0", "--root", volume.toString(), "--s3", "s3://bucket", "--ship-millis", "5"},
                Map.of())).hasMessageContaining("--ship-millis says nothing without --own-disk true");
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
