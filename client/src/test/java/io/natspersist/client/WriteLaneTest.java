// SPDX-License-Identifier: Apache-2.0
package io.natspersist.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.natspersist.protocol.StreamName;
import io.natspersist.transport.Headers;
import org.junit.jupiter.api.Test;

class WriteLaneTest {

    private final WriteLane lane = new WriteLane();
    private final Call first = call(1);
    private final Call second = call(2);
    private final Call third = call(3);

    @Test
    void writesGoOutAsTheyComeUntilOneMustBeRepeated() {
        assertThat(lane.admit(first)).isTrue();
        assertThat(lane.admit(second)).isTrue();
        lane.repeat(first, 20);
        assertThat(lane.admit(third)).isFalse();
    }

    @Test
    void nothingIsRepeatedBeforeAllThatAreOutHaveBeenAnswered() {
        lane.admit(first);
        lane.admit(second);
        lane.repeat(first, 20);
        assertThat(lane.schedule()).isNegative();
        lane.repeat(second, 30);
        assertThat(lane.schedule()).isEqualTo(30);
        assertThat(lane.schedule()).as("said once").isNegative();
    }

    @Test
    void theOldestGoesFirstAndAloneAndTheRestFollowInTheirOrder() {
        lane.admit(first);
        lane.admit(second);
        lane.repeat(second, 20);
        lane.repeat(first, 20);
        lane.admit(third);
        lane.schedule();
        assertThat(lane.release()).containsExactly(first);
        assertThat(lane.schedule()).isNegative();
        lane.done(first, true);
        assertThat(lane.schedule()).isZero();
        assertThat(lane.release()).containsExactly(second, third);
    }

    @Test
    void aProbeThatFailsKeepsTheOthersWaiting() {
        lane.admit(first);
        lane.admit(second);
        lane.repeat(first, 20);
        lane.repeat(second, 20);
        lane.schedule();
        assertThat(lane.release()).containsExactly(first);
        lane.done(first, false);
        lane.schedule();
        assertThat(lane.release()).containsExactly(second);
        assertThat(lane.admit(third)).isFalse();
    }

    @Test
    void aLaneIsEmptyWhenNothingIsOutAndNothingWaits() {
        assertThat(lane.isEmpty()).isTrue();
        lane.admit(first);
        assertThat(lane.isEmpty()).isFalse();
        lane.repeat(first, 0);
        assertThat(lane.isEmpty()).isFalse();
        lane.schedule();
        lane.release();
        lane.done(first, true);
        assertThat(lane.isEmpty()).isTrue();
    }

    private static Call call(long ordinal) {
        Call call = new Call(new StreamName("s"), "set", Headers.NONE, new byte[0], Call.Repeat.KNOWN);
        call.ordinal = ordinal;
        return call;
    }
}
