// SPDX-License-Identifier: Apache-2.0
package io.natspersist.e2e.simulation;

import java.util.EnumSet;
import java.util.List;

/** What can go wrong. A run draws some kinds, so that each also gets time without the others. */
enum FaultKind {
    /** kill -9 of a worker: the page cache stays. */
    KILL,
    /** A worker's machine dies: what was not forced is lost, its locks stay until the lease is over. */
    POWER_LOSS,
    /** The volume and all workers lose power. */
    VOLUME_POWER_LOSS,
    /** A worker dies in the middle of one of its next steps on the volume. */
    CRASH_AT_A_STEP,
    /** The volume takes its time in the middle of one of a worker's next steps, or the worker is stopped there. */
    STALL_AT_A_STEP,
    /** The same in the middle of a force, and then the machine dies. */
    DIES_IN_A_FORCE,
    /** A worker is split off, and cut off the volume for longer than the lease, in the middle of taking a new segment. */
    CUT_OFF_AS_IT_ROLLS,
    /** A worker, and whoever takes over, and perhaps the next one. */
    CRASHES_IN_A_ROW,
    /** A worker is gone until others serve, then they go: slots wander A, B, A. */
    BACK_AND_FORTH,
    /** SIGSTOP. */
    PAUSE,
    /** A worker's leases ran out while it was cut off the volume. */
    LOST_LOCKS,
    /** The volume does not answer a worker for a while. */
    VOLUME_STALL,
    /** A worker and NATS cannot reach each other. */
    CUT_FROM_NATS,
    /** A worker and the coordinator cannot reach each other, though both are connected. */
    CUT_FROM_COORDINATOR,
    /** A worker and the clients are on one side, the coordinator and the other workers on the other. */
    SPLIT,
    /** Clients and a worker cannot reach each other, though both are connected. */
    CUT_FROM_CLIENTS,
    /** The coordinator cannot reach NATS. */
    COORDINATOR_CUT_OFF,
    /** The coordinator's process dies. */
    COORDINATOR_CRASH,
    /** The coordinator dies, and its table is lost. */
    TABLE_LOST,
    /** A table is not stored, or nobody knows whether it was. */
    TABLE_STORE_FAILS,
    /** NATS is restarted. */
    NATS_RESTART,
    /** Messages are lost, doubled and delayed for a while. */
    BAD_NETWORK,
    /** A wall clock jumps. */
    CLOCK_JUMP,
    /** One more worker. */
    SCALE_UP,
    /** A worker drains and leaves; some time later it may come back. */
    DRAIN,
    /** A client's process dies; another one goes on from where its watchers were. */
    CLIENT_CRASH,
    /** SIGSTOP of a client. */
    CLIENT_PAUSE,
    /** Nobody reaches S3. */
    S3_AWAY,
    /** S3 answers with 500 and 503, some of it after it has done what it was asked for. */
    S3_ERRORS,
    /** S3 takes seconds. */
    S3_SLOW,
    /** What S3 was asked for and did not answer happens much later. */
    S3_LATE,
    /** One worker cannot reach S3. */
    CUT_FROM_S3,
    /** A worker dies in the middle of archiving a stream, removing its file or bringing it back. */
    DIES_AT_A_COPY,
    /** A worker is cut off everything but S3 there, until others have long taken over. */
    CUT_OFF_AT_A_COPY,
    /** A stream's file is damaged. */
    FILE_DAMAGED,
    /** Somebody deletes a stream's file. */
    FILE_GONE,
    /** The volume is fuller than it is to be. */
    VOLUME_FULL;

    /** Those that mean nothing without a cold tier. */
    static final List<FaultKind> OF_TIER = List.copyOf(EnumSet.range(S3_AWAY, VOLUME_FULL));
    static final List<FaultKind> ANYWHERE = List.copyOf(EnumSet.range(KILL, CLIENT_PAUSE));
}
