// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker;

import static io.natspersist.worker.OneCluster.SUBJECTS;
import static org.assertj.core.api.Assertions.assertThat;

import io.natspersist.protocol.HeaderNames;
import io.natspersist.protocol.StreamName;
import io.natspersist.simulation.VirtualTime;
import io.natspersist.transport.Headers;
import io.natspersist.transport.Message;
import io.natspersist.transport.Transport;
import io.natspersist.worker.cold.MemoryColdTier;
import io.natspersist.worker.stream.StreamsConfig;
import io.natspersist.worker.stream.TierCounts;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Streams that are archived, leave the volume and come back. */
class ColdStreamsTest {

    private static final long ARCHIVE_AFTER = 3_000;
    private static final long EVICT_AFTER = 20_000;
    private static final long HOUR = 3_600_000;
    private static final StreamName STREAM = new StreamName("notes");

    private final OneCluster cluster = new OneCluster(1);
    private final MemoryColdTier cold = new MemoryColdTier();

    @BeforeEach
    void oneWorkerServesEverything() {
        cluster.tiered(cold, ARCHIVE_AFTER, EVICT_AFTER);
        start("w0");
        cluster.assign("w0", null);
    }

    private void start(String name) {
        cluster.start(name, new WorkerConfig(name, SUBJECTS)
                .withStreams(StreamsConfig.DEFAULT.withTimes(500, 1_000, 5_000)));
    }

    private Message ask(String op, String payload, String... headers) {
        return cluster.ask("w0", op, STREAM.value(), Headers.of(headers), payload);
    }

    private String set(String value) {
        return text(ask("set", value));
    }

    private String last() {
        return text(ask("get", "", HeaderNames.LAST, "true"));
    }

    private static String text(Message message) {
        return new String(message.payload(), StandardCharsets.UTF_8);
    }

    private static String error(Message message) {
        return message.headers().first(HeaderNames.ERROR);
    }

    private TierCounts counts() {
        return Objects.requireNonNull(cluster.workers.get("w0").streams()).tierCounts();
    }

    private boolean isOnVolume() {
        return cluster.files.streams().contains(STREAM);
    }

    private void goesCold() {
        assertThat(cluster.time.runUntil(() -> !isOnVolume() && cold.streams().contains(STREAM), 120_000))
                .as("it is evicted").isTrue();
    }

    @Test
    void changesThatHaveSettledAreArchivedWhileTheStreamIsOpen() {
        set("1");
        set("2");

        cluster.time.runFor(ARCHIVE_AFTER + 1_000);

        assertThat(cold.streams()).containsExactly(STREAM);
        assertThat(cold.archives()).isEqualTo(1);
        assertThat(isOnVolume()).isTrue();
        set("3");
        cluster.time.runFor(ARCHIVE_AFTER + 1_000);
        assertThat(cold.archives()).isEqualTo(2);
        assertThat(counts().unarchived()).isZero();
    }

    @Test
    void aStreamThatNobodyUsesLeavesTheVolumeAndComesBackWithAllThatItHeld() {
        set("1");
        set("2");
        goesCold();

        assertThat(last()).isEqualTo("2");
        assertThat(set("3")).isEqualTo("{\"seq\":3,\"change\":3,\"epoch\":1}");
        assertThat(isOnVolume()).isTrue();
        assertThat(counts().evicted()).isEqualTo(1);
        assertThat(counts().restored()).isEqualTo(1);
        goesCold();
        assertThat(last()).isEqualTo("3");
    }

    @Test
    void aThousandRequestsBringAFileBackOnce() {
        set("1");
        goesCold();

        List<Transport.Reply> replies = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            cluster.client.request(SUBJECTS.operation("w0", "get", STREAM), Headers.of(HeaderNames.LAST, "true"),
                    new byte[0], 10_000, replies::add);
        }
        cluster.time.runUntil(() -> replies.size() == 1_000, 20_000);

        assertThat(replies).allSatisfy(reply -> assertThat(text(((Transport.Reply.Answer) reply).message()))
                .isEqualTo("1"));
        assertThat(cold.restores(STREAM)).isEqualTo(1);
    }

    @Test
    void whileTheTierIsAwayNothingElseSuffers() {
        set("1");
        goesCold();
        cold.away(true);

        Message refused = ask("get", "", HeaderNames.LAST, "true");
        assertThat(error(refused)).isEqualTo("COLD_UNAVAILABLE");
        assertThat(refused.headers().first(HeaderNames.RETRY_AFTER)).isNotNull();
        Message other = cluster.ask("w0", "set", "other", Headers.NONE, "x");
        assertThat(text(other)).contains("\"seq\":1");
        cluster.time.runFor(30_000);
        assertThat(counts().failures()).isPositive();

        cold.away(false);
        assertThat(last()).isEqualTo("1");
        cluster.time.runUntil(() -> cold.streams().contains(new StreamName("other")), 120_000);
        assertThat(cold.streams()).contains(new StreamName("other"));
    }

    @Test
    void whatWasNotArchivedWhenItsOwnerDiedIsFoundInTheCatalog() {
        cold.away(true);
        set("1");
        cluster.time.runFor(15_000); // closed, and forgotten
        cold.away(false);
        cluster.crash("w0");
        start("w0");
        cluster.assign("w0", null);

        goesCold();

        assertThat(last()).isEqualTo("1");
    }

    @Test
    void whoHasNoTierToldDoesNotTakeAColdStreamForANewOne() {
        set("1");
        goesCold();
        cluster.crash("w0");
        cluster.tiered(null, 0, 0);
        start("w0");
        cluster.assign("w0", null);

        assertThat(error(ask("set", "2"))).isEqualTo("COLD_UNAVAILABLE");
        assertThat(error(ask("get", "", HeaderNames.LAST, "true"))).isEqualTo("COLD_UNAVAILABLE");
    }

    @Test
    void anOtherOwnerBringsTheFileBack() {
        set("1");
        goesCold();
        cluster.crash("w0");
        start("w0");
        cluster.assign("w0", null);

        assertThat(last()).isEqualTo("1");
        assertThat(set("2")).isEqualTo("{\"seq\":2,\"change\":2,\"epoch\":2}");
    }

    @Test
    void copiesOfADestroyedStreamAreDeleted() {
        set("1");
        cluster.time.runFor(ARCHIVE_AFTER + 1_000);
        assertThat(cold.streams()).containsExactly(STREAM);

        ask("destroy", "");

        assertThat(cluster.time.runUntil(() -> cold.streams().isEmpty(), 60_000)).isTrue();
        assertThat(set("2")).isEqualTo("{\"seq\":2,\"change\":3,\"epoch\":1}");
    }

    @Test
    void aDamagedFileIsReplacedByItsCopy() {
        set("1");
        cluster.time.runFor(EVICT_AFTER - 5_000);
        assertThat(cold.archives()).isEqualTo(1);
        cluster.files.corrupt(STREAM);

        assertThat(last()).isEqualTo("1");
        assertThat(cluster.files.setAside()).containsExactly(STREAM);
        assertThat(counts().restoredForLost()).isEqualTo(1);
    }

    @Test
    void aFileThatIsFoundDamagedWhileItsStreamIsOpenIsReplacedAndItsTailIsKept() {
        set("1");
        cluster.time.runFor(ARCHIVE_AFTER + 1_700);
        assertThat(cold.archives()).isEqualTo(1);
        cluster.files.corrupt(STREAM);
        set("2"); // nothing was asked of the file yet

        cluster.time.runFor(4_000);

        assertThat(cluster.files.setAside()).containsExactly(STREAM);
        assertThat(last()).isEqualTo("2");
        assertThat(set("3")).isEqualTo("{\"seq\":3,\"change\":3,\"epoch\":1}");
        assertThat(counts().restoredForLost()).isEqualTo(1);
        goesCold();
        assertThat(last()).isEqualTo("3");
    }

    @Test
    void aReadIsEnoughToFindADamagedFileWhileItsStreamIsOpen() {
        set("1");
        cluster.time.runFor(ARCHIVE_AFTER + 1_700);
        cluster.files.corrupt(STREAM);

        Message refused = ask("getAll", "");
        assertThat(error(refused)).isEqualTo("STORAGE_UNAVAILABLE");
        assertThat(refused.headers().first(HeaderNames.RETRY_AFTER)).isNotNull();
        ask("getAll", "");

        cluster.time.runFor(1_000);
        assertThat(error(ask("getAll", ""))).isNull();
        assertThat(last()).isEqualTo("1");
    }

    @Test
    void anOwnerNeverGivesANumberOutAgainThatWasLostWhileItLived() {
        set("1");
        cluster.time.runFor(ARCHIVE_AFTER + 1_700);
        cold.away(true);
        set("2");
        set("3");
        cluster.time.runFor(3_000);
        cluster.files.corrupt(STREAM);
        cold.away(false);
        set("4");

        cluster.time.runFor(3_000);

        assertThat(last()).isEqualTo("1");
        Message resumed = ask("resume", "", HeaderNames.CHANGE, "4", HeaderNames.EPOCH, "1");
        assertThat(text(resumed)).contains("reset");
        assertThat(set("5")).isEqualTo("{\"seq\":5,\"change\":6,\"epoch\":1}");
    }

    @Test
    void aFileThatWasLeftBehindIsRemovedThoughNobodyUsesTheStream() {
        set("1");
        cluster.files.onStep((node, operation, stream) -> {
            if (operation.equals("before remove")) {
                cluster.files.onStep((n, o, s) -> {});
                throw new VirtualTime.Crash(operation);
            }
        });
        assertThat(cluster.time.runUntil(() -> cluster.nodes.get("w0").crashed(), 120_000)).isTrue();
        cluster.crash("w0");
        assertThat(isOnVolume()).isTrue();
        start("w0");
        cluster.assign("w0", null);

        goesCold();

        assertThat(cold.restores(STREAM)).isZero();
        assertThat(last()).isEqualTo("1");
    }

    @Test
    void aVolumeThatIsTooFullLosesTheFilesThatWereUsedLeastRecentlyAndNoMore() {
        cluster.crash("w0");
        cluster.tiered(cold, ARCHIVE_AFTER, 3 * HOUR, 80, () -> cluster.files.streams().size() > 2 ? 95 : 50);
        start("w0");
        cluster.assign("w0", null);
        cluster.ask("w0", "set", "first", Headers.NONE, "x");
        cluster.time.runFor(HOUR);
        cluster.ask("w0", "set", "second", Headers.NONE, "x");
        cluster.time.runFor(HOUR / 2);
        assertThat(counts().evicted()).as("while there is room").isZero();

        cluster.ask("w0", "set", "third", Headers.NONE, "x");
        cluster.time.runFor(HOUR);

        assertThat(cluster.files.streams()).extracting(StreamName::value).containsExactly("second", "third");
        assertThat(counts().evicted()).isEqualTo(1);
    }

    @Test
    void aFileThatIsDeletedComesBack() {
        set("1");
        cluster.time.runFor(EVICT_AFTER - 5_000);
        cluster.files.vanish(STREAM);

        assertThat(last()).isEqualTo("1");
        assertThat(set("2")).isEqualTo("{\"seq\":2,\"change\":2,\"epoch\":1}");
    }

    @Test
    void aStreamWhoseFileWasReplacedCanBeDestroyedAndMadeAnew() {
        set("1");
        cluster.time.runFor(EVICT_AFTER - 5_000);
        cluster.files.corrupt(STREAM);
        assertThat(last()).isEqualTo("1");

        ask("destroy", "");
        cluster.time.runFor(20_000);

        assertThat(set("2")).isEqualTo("{\"seq\":2,\"change\":3,\"epoch\":1}");
        cluster.time.runFor(20_000);
        assertThat(last()).isEqualTo("2");
    }

    /** It would open a file that nobody closes any more. */
    @Test
    void aStreamThatClosesIsNotArchived() {
        cluster.crash("w0");
        cluster.tiered(cold, 4_900, EVICT_AFTER); // about when idle streams are closed
        start("w0");
        cluster.assign("w0", null);
        for (int i = 0; i < 40; i++) {
            set("x" + i);
            cluster.time.runFor(4_900 + 10 * i);
            cold.away(i % 3 == 0);
            cluster.time.runFor(3_000);
        }
        cold.away(false);

        cluster.time.runFor(30_000);

        assertThat(last()).isEqualTo("x39");
        goesCold();
    }

    @Test
    void changesThatNoCopyHoldsAreReportedAsLost() {
        set("1");
        cluster.time.runFor(ARCHIVE_AFTER + 2_000);
        cold.away(true);
        set("2");
        set("3");
        cluster.time.runFor(15_000);
        cluster.files.corrupt(STREAM);
        cold.away(false);

        assertThat(last()).isEqualTo("1");

        Message resumed = ask("resume", "", HeaderNames.CHANGE, "3", HeaderNames.EPOCH, "1");
        assertThat(text(resumed)).contains("reset");
        assertThat(set("4")).isEqualTo("{\"seq\":4,\"change\":5,\"epoch\":1}");
        assertThat(Objects.requireNonNull(cluster.workers.get("w0").streams()).counts().lostChanges()).isEqualTo(2);
    }

    @Test
    void aDamagedCopyIsNeverServedAndTheOneBeforeIsUsed() {
        set("1");
        cluster.time.runFor(ARCHIVE_AFTER + 2_000);
        set("2");
        goesCold();
        cold.damage(STREAM);

        assertThat(last()).isEqualTo("1");
        assertThat(set("3")).isEqualTo("{\"seq\":3,\"change\":4,\"epoch\":1}");
        assertThat(Objects.requireNonNull(cluster.workers.get("w0").streams()).counts().lostChanges()).isEqualTo(1);
    }

    @Test
    void whereTheCatalogIsLostTheTierIsAsked() {
        set("1");
        goesCold();
        cluster.crash("w0");
        cluster.files.loseCatalogs();
        start("w0");
        cluster.assign("w0", null);

        assertThat(last()).isEqualTo("1");
        assertThat(text(cluster.ask("w0", "set", "new", Headers.NONE, "x"))).contains("\"seq\":1,\"change\":1");
    }
}
