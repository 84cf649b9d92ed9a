// SPDX-License-Identifier: Apache-2.0
package io.natspersist.e2e.simulation;

import static io.natspersist.e2e.simulation.FaultKind.BACK_AND_FORTH;
import static io.natspersist.e2e.simulation.FaultKind.BAD_NETWORK;
import static io.natspersist.e2e.simulation.FaultKind.CLIENT_CRASH;
import static io.natspersist.e2e.simulation.FaultKind.CRASHES_IN_A_ROW;
import static io.natspersist.e2e.simulation.FaultKind.CRASH_AT_A_STEP;
import static io.natspersist.e2e.simulation.FaultKind.SPLIT;
import static io.natspersist.e2e.simulation.FaultKind.CUT_FROM_NATS;
import static io.natspersist.e2e.simulation.FaultKind.CUT_OFF_AS_IT_ROLLS;
import static io.natspersist.e2e.simulation.FaultKind.CUT_OFF_AT_A_COPY;
import static io.natspersist.e2e.simulation.FaultKind.DIES_IN_A_FORCE;
import static io.natspersist.e2e.simulation.FaultKind.KILL;
import static io.natspersist.e2e.simulation.FaultKind.LOST_LOCKS;
import static io.natspersist.e2e.simulation.FaultKind.POWER_LOSS;
import static io.natspersist.e2e.simulation.FaultKind.S3_ERRORS;
import static io.natspersist.e2e.simulation.FaultKind.VOLUME_POWER_LOSS;

import io.natspersist.worker.cold.ColdMistake;
import io.natspersist.worker.journal.JournalMistake;
import io.natspersist.worker.stream.StreamMistake;
import java.util.Set;
import java.util.function.LongFunction;

/** For each mistake that can be planted: runs with it, under the faults that are to bring it out. */
final class PlantedBugs {

    private PlantedBugs() {}

    static LongFunction<Scenario> scenario(JournalMistake mistake) {
        return seed -> without(mistake, seed).withMistake(mistake);
    }

    static LongFunction<Scenario> scenario(StreamMistake mistake) {
        return seed -> without(mistake, seed).withMistake(mistake);
    }

    static LongFunction<Scenario> scenario(ColdMistake mistake) {
        return seed -> without(mistake, seed).withMistake(mistake);
    }

    /** The same run, done right. */
    static Scenario without(ColdMistake mistake, long seed) {
        return Scenario.withoutTier(seed).inSync().dense().withTier().withFaults(switch (mistake) {
            case FENCE_IGNORED, HEAD_OVERWRITTEN -> Set.of(CUT_OFF_AT_A_COPY);
        });
    }

    /** The same run, done right. */
    static Scenario without(JournalMistake mistake, long seed) {
        return Scenario.withoutTier(seed).inSync().dense().withFaults(switch (mistake) {
            case FORCE_SKIPPED -> Set.of(POWER_LOSS, VOLUME_POWER_LOSS);
            case ANSWER_BEFORE_FORCE -> Set.of(DIES_IN_A_FORCE);
            case SECOND_FORCE_TRUSTED -> Set.of(LOST_LOCKS);
            case REOPENED_AFTER_ERROR -> Set.of(LOST_LOCKS, SPLIT);
            case LOCK_SKIPPED, SECOND_DESCRIPTOR -> Set.of(SPLIT);
            case LOCK_AFTER_LINK -> Set.of(CUT_OFF_AS_IT_ROLLS);
            case BATCH_SPLIT -> Set.of(CRASH_AT_A_STEP);
            case NAME_LOOKED_UP, SEGMENT_DELETED_EARLY -> Set.of(KILL, CRASH_AT_A_STEP, CRASHES_IN_A_ROW);
        });
    }

    /** The same run, done right. */
    static Scenario without(StreamMistake mistake, long seed) {
        Scenario any = Scenario.withoutTier(seed);
        return (switch (mistake) {
            case ROW_BEFORE_FORCE -> any.inSync().sparse();
            case DURABILITY_IGNORED -> any.inSyncByConfiguration().dense();
            case EVICTED_UNARCHIVED, EVICTED_WITH_PARTS, OLDER_COPY_RESTORED -> any.inSync().dense().withTier();
            default -> any.inSync().dense();
        })
                .withFaults(switch (mistake) {
                    case DURABILITY_IGNORED -> Set.of(POWER_LOSS, VOLUME_POWER_LOSS, DIES_IN_A_FORCE);
                    case ROW_BEFORE_FORCE -> Set.of(DIES_IN_A_FORCE);
                    case JOURNAL_BEFORE_CATALOG -> Set.of(KILL, CRASHES_IN_A_ROW);
                    case CATALOG_NOT_FORCED, FILE_GONE_BEFORE_TOMBSTONE ->
                        Set.of(POWER_LOSS, VOLUME_POWER_LOSS, CRASH_AT_A_STEP);
                    case DEDUP_OFF -> Set.of(BAD_NETWORK, KILL);
                    case NOTICE_LOST -> Set.of(BACK_AND_FORTH, CLIENT_CRASH);
                    case PACKED_NOTICE_SKIPS -> Set.of(BACK_AND_FORTH);
                    case RESUME_OFF_BY_ONE -> Set.of(CUT_FROM_NATS, CLIENT_CRASH, KILL);
                    case ADOPTION_SKIPPED -> Set.of(KILL, CRASHES_IN_A_ROW);
                    case HIGHER_EPOCH_IGNORED ->
                        Set.of(LOST_LOCKS, POWER_LOSS, CRASHES_IN_A_ROW, BACK_AND_FORTH, CRASH_AT_A_STEP);
                    case EVICTS_ONE_TOO_MANY, EXPIRED_IS_KEPT -> Set.of(KILL);
                    case CONFIG_FORGOTTEN -> Set.of(KILL, BACK_AND_FORTH);
                    case EVICTED_UNARCHIVED, OLDER_COPY_RESTORED -> Set.of(KILL, S3_ERRORS);
                    case EVICTED_WITH_PARTS -> Set.of(BAD_NETWORK, CUT_FROM_NATS, CLIENT_CRASH);
                    case PARTS_UNFORCED -> Set.of(POWER_LOSS, VOLUME_POWER_LOSS);
                    case PARTS_UNCHECKED -> Set.of(POWER_LOSS, VOLUME_POWER_LOSS, LOST_LOCKS);
                });
    }
}
