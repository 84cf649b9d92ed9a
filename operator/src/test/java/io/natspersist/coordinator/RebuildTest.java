// SPDX-License-Identifier: Apache-2.0
package io.natspersist.coordinator;

import static org.assertj.core.api.Assertions.assertThat;

import io.natspersist.protocol.table.AssignmentTable;
import io.natspersist.protocol.table.Heartbeat;
import io.natspersist.protocol.table.Heartbeat.Load;
import io.natspersist.protocol.table.Heartbeat.Report;
import io.natspersist.protocol.table.Heartbeat.Report.Held;
import io.natspersist.protocol.table.Incarnation;
import io.natspersist.protocol.table.Numbers;
import io.natspersist.protocol.table.SlotAssignment;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RebuildTest {

    private static final Incarnation A = new Incarnation("a", 1);
    private static final Incarnation B = new Incarnation("b", 2);
    private static final Incarnation C = new Incarnation("c", 3);
    private static final Incarnation D = new Incarnation("d", 4);

    @Test
    void aWorkerThatFindsAnEmptyVolumeIsTheFirstOfANewCluster() {
        assertThat(rebuild(asking("a", report(List.of(), List.of()))).isNewCluster()).isTrue();
        assertThat(rebuild(asking("a", report(List.of(A), List.of()))).isNewCluster()).isFalse();
        assertThat(rebuild(asking("a", report(List.of(), List.of())), heartbeat(B, null)).isNewCluster()).isFalse();
        assertThat(
                rebuild(asking("a", new Report(List.of(), List.of(), List.of(), new Numbers(0, 7, 0)))).isNewCluster())
                .isFalse();
        assertThat(rebuild(asking("a", null)).isNewCluster()).isFalse();
    }

    @Test
    void nobodyIsWaitedForOnceTheOwnersOfAllJournalsHaveReported() {
        assertThat(rebuild(heartbeat(A, report(List.of(A, B), List.of()))).isComplete()).isFalse();
        assertThat(rebuild(heartbeat(A, report(List.of(A, B), List.of(B)))).isComplete()).isTrue();
        assertThat(rebuild(heartbeat(A, report(List.of(A, B), List.of())), heartbeat(B, null)).isComplete()).isFalse();
        assertThat(rebuild(heartbeat(A, report(List.of(A, B), List.of())),
                heartbeat(B, report(List.of(A, B), List.of()))).isComplete()).isTrue();
    }

    @Test
    void whatIsClaimedStaysAsItIs() {
        SlotAssignment served = new SlotAssignment(A, 5, null, List.of());
        SlotAssignment adopting = new SlotAssignment(A, 6, null, List.of(D));
        SlotAssignment others = new SlotAssignment(B, 7, null, List.of());
        AssignmentTable table = rebuild(
                heartbeat(A, report(List.of(A, B, D), List.of(), new Held(0, served), new Held(1, adopting))),
                heartbeat(B, report(List.of(A, B, D), List.of(), new Held(2, others)))).table();

        assertThat(table.slots()).containsExactly(served, adopting, others);
        assertThat(table.living()).containsExactly(A, B);
    }

    @Test
    void ofTwoClaimsTheHigherEpochWins() {
        SlotAssignment old = new SlotAssignment(A, 5, null, List.of());
        SlotAssignment recent = new SlotAssignment(B, 9, null, List.of());
        Heartbeat a = heartbeat(A, report(List.of(A, B), List.of(), new Held(0, old)));
        Heartbeat b = heartbeat(B, report(List.of(A, B), List.of(), new Held(0, recent)));

        assertThat(rebuild(a, b).table().slot(0)).isEqualTo(recent);
        assertThat(rebuild(b, a).table().slot(0)).isEqualTo(recent);
    }

    @Test
    void whoAwaitsASlotDoesNotClaimIt() {
        SlotAssignment served = new SlotAssignment(A, 8, null, List.of());
        SlotAssignment moving = new SlotAssignment(B, 9, A, List.of());
        Heartbeat a = heartbeat(A, report(List.of(A, B, C), List.of(), new Held(0, served), new Held(1, moving)));
        Heartbeat b = heartbeat(B, report(List.of(A, B, C), List.of(), new Held(0, moving), new Held(1, moving)));

        assertThat(rebuild(a, b).table().slot(0)).isEqualTo(served);
        assertThat(rebuild(a, b).table().slot(1)).as("it may have moved on").isEqualTo(
                new SlotAssignment(null, 0, null, List.of(C)));
    }

    @Test
    void aReadyWorkerWhoseJournalIsGoneIsDead() {
        SlotAssignment served = new SlotAssignment(A, 8, null, List.of());

        assertThat(rebuild(heartbeat(A, report(List.of(), List.of(), new Held(0, served)))).table().living()).isEmpty();
    }

    @Test
    void whatAFencedWorkerClaimsCountsForNothing() {
        SlotAssignment claim = new SlotAssignment(A, 9, null, List.of());
        AssignmentTable table = rebuild(heartbeat(A, report(List.of(A, B), List.of(), new Held(0, claim))),
                heartbeat(B, report(List.of(A, B), List.of(A)))).table();

        assertThat(table.slot(0)).isEqualTo(new SlotAssignment(null, 0, null, List.of(A)));
        assertThat(table.living()).containsExactly(B);
    }

    @Test
    void whoWasToBeAdoptedFromIsDeadThoughItReports() {
        SlotAssignment old = new SlotAssignment(A, 5, null, List.of());
        SlotAssignment taken = new SlotAssignment(B, 9, null, List.of(A));
        AssignmentTable table = rebuild(
                heartbeat(A, report(List.of(A, B), List.of(), new Held(0, old), new Held(1, old))),
                heartbeat(B, report(List.of(A, B), List.of(), new Held(0, taken)))).table();

        assertThat(table.slot(0)).isEqualTo(taken);
        assertThat(table.slot(1)).isEqualTo(new SlotAssignment(null, 0, null, List.of(A)));
        assertThat(table.living()).containsExactly(B);
    }

    @Test
    void ofTwoProcessesOfOneNameTheLaterOneLives() {
        Incarnation again = new Incarnation("a", 6);
        SlotAssignment old = new SlotAssignment(A, 5, null, List.of());
        AssignmentTable table = rebuild(heartbeat(A, report(List.of(A, again), List.of(), new Held(0, old))),
                heartbeat(again, report(List.of(A, again), List.of()))).table();

        assertThat(table.living()).containsExactly(again);
        assertThat(table.slot(0).adopt()).containsExactly(A);
    }

    @Test
    void anUnclaimedSlotNamesTheJournalsOfAllThatDidNotReport() {
        AssignmentTable table = rebuild(heartbeat(A, report(List.of(A, B, C), List.of()))).table();

        assertThat(table.slots()).containsOnly(new SlotAssignment(null, 0, null, List.of(B, C)));
    }

    @Test
    void whatIsNoLongerOnTheVolumeIsNotAdopted() {
        SlotAssignment adopting = new SlotAssignment(A, 6, null, List.of(C, D));

        assertThat(rebuild(heartbeat(A, report(List.of(A, D), List.of(), new Held(0, adopting)))).table().slot(0))
                .isEqualTo(new SlotAssignment(A, 6, null, List.of(D)));
    }

    @Test
    void newNumbersAreCountedFromTheHighestThatWereReserved() {
        Report a = new Report(List.of(), List.of(A, B), List.of(), new Numbers(1_000, 2_000, 3_000));
        Report b = new Report(List.of(), List.of(A, B), List.of(), new Numbers(1_001, 2_000, 2_999));

        assertThat(rebuild(heartbeat(A, a), heartbeat(B, b)).table().numbers())
                .isEqualTo(new Numbers(1_001, 2_000, 3_000));
    }

    @Test
    void claimsThatMakeNoSenseAreLeftOut() {
        AssignmentTable table = rebuild(heartbeat(A, report(List.of(A), List.of(),
                new Held(-1, new SlotAssignment(A, 5, null, List.of())),
                new Held(99, new SlotAssignment(A, 5, null, List.of())),
                new Held(0, new SlotAssignment(B, 5, null, List.of()))))).table();

        assertThat(table.slots()).containsOnly(new SlotAssignment(null, 0, null, List.of()));
    }

    private static Rebuild rebuild(Heartbeat... heard) {
        return new Rebuild(3, List.of(heard));
    }

    private static Report report(List<Incarnation> journals, List<Incarnation> fenced, Held... held) {
        return new Report(List.of(held), journals, fenced, Numbers.NONE);
    }

    private static Heartbeat asking(String worker, @Nullable Report report) {
        return new Heartbeat(worker, 0, "x", false, false, 0, 0, 0, List.of(), List.of(), List.of(), List.of(),
                List.of(), Load.NONE, report);
    }

    private static Heartbeat heartbeat(Incarnation id, @Nullable Report report) {
        return new Heartbeat(id.worker(), id.number(), "x", true, false, 41, 0, 0, List.of(), List.of(), List.of(),
                List.of(), List.of(), Load.NONE, report);
    }
}
