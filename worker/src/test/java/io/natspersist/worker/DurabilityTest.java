// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker;

import static io.natspersist.worker.OneCluster.SUBJECTS;
import static org.assertj.core.api.Assertions.assertThat;

import io.natspersist.protocol.ChangeBatch;
import io.natspersist.protocol.HeaderNames;
import io.natspersist.protocol.MessagePage;
import io.natspersist.protocol.StreamName;
import io.natspersist.transport.Headers;
import io.natspersist.transport.Transport.Reply;
import io.natspersist.worker.journal.Durability;
import io.natspersist.worker.journal.JournalConfig;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a stream says of durability decides when its changes are told, whatever its worker does for the others. */
class DurabilityTest {

    private static final String RELAXED = "{\"durability\":\"relaxed\"}";
    private static final String SYNC = "{\"durability\":\"sync\"}";

    private OneCluster cluster = new OneCluster(3);
    /** Streams in the order in which their sets were answered. */
    private final List<String> answered = new ArrayList<>();
    /** What had been answered when the journal's first force ended. */
    private List<String> answeredInForce = List.of();
    private List<Long> toldInForce = List.of();
    private boolean forcing;
    private boolean forced;

    private void start(Durability durability) {
        cluster.start("w0", new WorkerConfig("w0", SUBJECTS).withJournal(JournalConfig.DEFAULT
                .withDurability(durability)));
        cluster.assign("w0", null);
    }

    private void configure(String stream, String config) {
        cluster.ask("w0", "config", stream, Headers.NONE, config);
        cluster.time.runFor(2_000);
        cluster.notices.clear();
    }

    /** The next force of the journal takes half a second. */
    private void holdTheNextForce() {
        cluster.disk.onStep((number, node, operation, path) -> {
            if (operation.equals("force") && !path.endsWith("ballast") && !forcing) {
                forcing = true;
                cluster.time.runFor(500);
                answeredInForce = List.copyOf(answered);
                toldInForce = cluster.notices.stream().map(n -> n.headers().first(HeaderNames.CHANGE))
                        .map(Long::parseLong).toList();
                forced = true;
            }
        });
    }

    private void set(String stream) {
        cluster.client.request(SUBJECTS.operation("w0", "set", new StreamName(stream)), Headers.NONE,
                "value".getBytes(StandardCharsets.UTF_8), 10_000, reply -> {
                    if (reply instanceof Reply.Answer) {
                        answered.add(stream);
                    }
                });
    }

    @Test
    void aRelaxedStreamOnASyncWorkerIsAnsweredAndToldOnceWritten() {
        start(Durability.SYNC);
        configure("relaxed", RELAXED);

        holdTheNextForce();
        set("relaxed");
        set("other");
        cluster.time.runUntil(() -> answered.size() == 2, 5_000);

        assertThat(answeredInForce).containsExactly("relaxed");
        assertThat(toldInForce).containsExactly(2L);
        assertThat(answered).containsExactly("relaxed", "other");
    }

    @Test
    void aSyncStreamOnARelaxedWorkerIsAnsweredAndToldOnceForced() {
        start(Durability.RELAXED);
        configure("sync", SYNC);

        holdTheNextForce();
        set("sync");
        set("other");
        cluster.time.runUntil(() -> forcing && answered.size() == 2, 5_000);

        assertThat(answeredInForce).containsExactly("other");
        assertThat(toldInForce).containsExactly(1L);
        assertThat(answered).containsExactly("other", "sync");
        assertThat(forced).isTrue();
    }

    @Test
    void aReadOfASyncStreamOnARelaxedWorkerWaitsForTheForceOfWhatItShows() {
        start(Durability.RELAXED);
        configure("sync", SYNC);

        holdTheNextForce();
        set("sync");
        cluster.time.runUntil(() -> forcing, 5_000);
        assertThat(MessagePage.decode(cluster.ask("w0", "getAll", "sync", Headers.NONE, "").payload()).messages())
                .hasSize(1);
        assertThat(forced).isTrue();
    }

    @Test
    void aListOnARelaxedWorkerWaitsForTheForceOfTheSyncStreamsItShows() {
        start(Durability.RELAXED);
        configure("sync", SYNC);

        holdTheNextForce();
        set("sync");
        cluster.time.runUntil(() -> forcing, 5_000);
        assertThat(new String(cluster.list("w0", Headers.NONE).payload(), StandardCharsets.UTF_8)).contains("sync");
        assertThat(forced).isTrue();
    }

    /** How much of what was not forced survives is up to chance. */
    @Test
    void whatARelaxedStreamOnASyncWorkerLosesWithItsMachineIsTold() {
        int lost = 0;
        for (int seed = 1; seed <= 10; seed++) {
            DurabilityTest run = new DurabilityTest();
            run.cluster = new OneCluster(seed);
            ChangeBatch missed = run.diesInTheForceOfARelaxedChange();
            boolean reset = missed instanceof ChangeBatch.Reset;
            lost += reset ? 1 : 0;
            assertThat(missed).as("seed %d", seed).isEqualTo(reset
                    ? new ChangeBatch.Reset(1, 2, 1)
                    : new ChangeBatch.Changes(List.of(), 2, 2));
        }
        assertThat(lost).isPositive();
    }

    /** What a watcher is told by the next owner that has seen the change. */
    private ChangeBatch diesInTheForceOfARelaxedChange() {
        start(Durability.SYNC);
        configure("relaxed", RELAXED);
        cluster.disk.onStep((number, node, operation, path) -> {
            if (operation.equals("force") && !path.endsWith("ballast") && !forcing) {
                forcing = true;
                cluster.time.runFor(500);
                cluster.losePower("w0");
            }
        });
        set("relaxed");
        set("other");
        cluster.time.runFor(2_000);
        assertThat(answered).containsExactly("relaxed");
        cluster.start("w1");
        cluster.assign("w1", null, cluster.incarnations.get("w0"));
        cluster.time.runFor(12_000); // until the volume lets go of the dead machine's lock
        return ChangeBatch.decode(cluster.ask("w1", "resume", "relaxed",
                Headers.of(HeaderNames.EPOCH, "1", HeaderNames.CHANGE, "2"), "").payload());
    }
}
