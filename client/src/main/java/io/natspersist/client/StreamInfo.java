// SPDX-License-Identifier: Apache-2.0
package io.natspersist.client;

/**
 * A stream's state. A stream that was never written has zeros.
 *
 * @param slot the slot that the stream belongs to
 * @param messages how many messages it holds
 * @param bytes their size
 * @param firstSeq the lowest sequence number that it holds; 0: none
 * @param lastSeq the highest sequence number that it ever gave out
 * @param position its last change, and its owner's epoch
 * @param owner the worker that serves it, as {@code worker.incarnation}
 * @param ephemeral whether it is in its owner's memory alone, and goes with it
 */
public record StreamInfo(String stream, int slot, long messages, long bytes, long firstSeq, long lastSeq,
        Position position, String owner, boolean ephemeral) {}
