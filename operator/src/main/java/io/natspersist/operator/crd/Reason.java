// SPDX-License-Identifier: Apache-2.0
package io.natspersist.operator.crd;

import com.fasterxml.jackson.annotation.JsonProperty;

/** Why a condition is as it is. These words are part of the API. */
public enum Reason {
    // @formatter:off
    /** Nothing is wrong. */
    @JsonProperty("AsExpected") AS_EXPECTED,
    /** Pods are being made, replaced or stopped. */
    @JsonProperty("RollingOut") ROLLING_OUT,
    /** Pods do not become ready, for longer than can be explained. */
    @JsonProperty("RolloutStuck") ROLLOUT_STUCK,
    /** Fewer workers are ready than were asked for. */
    @JsonProperty("TooFewWorkers") TOO_FEW_WORKERS,
    /** A worker was declared dead and its process may still run: its pod is deleted. Told as an event alone. */
    @JsonProperty("WorkerHung") WORKER_HUNG,
    /** The load asked for more workers for long enough. */
    @JsonProperty("ScaledUp") SCALED_UP,
    /** The load asked for fewer workers for long enough. */
    @JsonProperty("ScaledDown") SCALED_DOWN,
    /** The load asks for another number of workers, and has not done so for long enough. */
    @JsonProperty("Stabilizing") STABILIZING,
    /** Fewer workers are to be, and slots are still on their way. */
    @JsonProperty("SlotsMoving") SLOTS_MOVING,
    /** The load asks for more workers than there may be. */
    @JsonProperty("AtMaxReplicas") AT_MAX_REPLICAS,
    /** Not all workers say how busy they are. */
    @JsonProperty("LoadUnknown") LOAD_UNKNOWN,
    /** No workers were asked for. */
    @JsonProperty("ScaledToZero") SCALED_TO_ZERO,
    /** The operator has no image for workers, and the PersistCluster names none. */
    @JsonProperty("NoImage") NO_IMAGE,
    /** The API server refused an object that the PersistCluster asks for. */
    @JsonProperty("ObjectRefused") OBJECT_REFUSED,
    /** An annotation says that the objects are to be left as they are. */
    @JsonProperty("Paused") PAUSED,
    /** The PersistCluster is being deleted. */
    @JsonProperty("Deleting") DELETING,
    /** The claim is bound to a volume. */
    @JsonProperty("ClaimBound") CLAIM_BOUND,
    /** The claim waits for a volume. */
    @JsonProperty("ClaimPending") CLAIM_PENDING,
    /** There is no such claim. */
    @JsonProperty("ClaimMissing") CLAIM_MISSING,
    /** The claim has lost its volume. */
    @JsonProperty("ClaimLost") CLAIM_LOST,
    /** Pods mount an NFS export themselves: it is there when they run. */
    @JsonProperty("MountedByPods") MOUNTED_BY_PODS,
    /** Each worker has a disk of its own, and what lasts is in the bucket. */
    @JsonProperty("OwnDisks") OWN_DISKS,
    /** A Secret that the PersistCluster names is not there, or lacks the key. */
    @JsonProperty("SecretMissing") SECRET_MISSING,
    /** Another PersistCluster, made earlier, has the same prefix at the same NATS. */
    @JsonProperty("PrefixTaken") PREFIX_TAKEN,
    /** NATS cannot be reached, or refuses the credentials. */
    @JsonProperty("NatsUnreachable") NATS_UNREACHABLE,
    /** The coordinator is starting. */
    @JsonProperty("Starting") STARTING,
    /** The stored assignment table cannot be read or written. */
    @JsonProperty("TableUnavailable") TABLE_UNAVAILABLE,
    /** There is no assignment table: it is made from what workers report. */
    @JsonProperty("TableRebuilding") TABLE_REBUILDING,
    /** Some slots have no owner, or their owner has yet to take over what a dead worker left. */
    @JsonProperty("SlotsUnserved") SLOTS_UNSERVED
    // @formatter:on
}
