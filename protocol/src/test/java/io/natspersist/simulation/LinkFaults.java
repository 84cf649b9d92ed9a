// SPDX-License-Identifier: Apache-2.0
package io.natspersist.simulation;

/**
 * What happens to messages on the way, each with its probability.
 *
 * @param loss the message never arrives
 * @param duplication it arrives a second time, later
 * @param delay it, and whatever follows it on the same connection, arrives up to {@code maxDelayMillis} later
 */
public record LinkFaults(double loss, double duplication, double delay, long maxDelayMillis) {
    public static final LinkFaults NONE = new LinkFaults(0, 0, 0, 0);
}
