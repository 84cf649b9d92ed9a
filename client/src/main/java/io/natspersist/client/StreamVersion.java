// SPDX-License-Identifier: Apache-2.0
package io.natspersist.client;

/**
 * A stream as it was once, which the cold tier keeps for a while.
 *
 * @param time when it was that, milliseconds since the epoch; no two versions of a stream have the same
 * @param position its last change then, and the epoch of the owner who archived it
 * @param bytes of its file
 */
public record StreamVersion(long time, Position position, long bytes) {}
