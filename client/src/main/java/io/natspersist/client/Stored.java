// SPDX-License-Identifier: Apache-2.0
package io.natspersist.client;

/**
 * A set that was carried out.
 *
 * @param seq the message's sequence number
 * @param position the change that the set was
 * @param duplicate the message id had been seen before, and this is what the first set with it did: nothing was stored
 *        twice. A set that the client itself had to repeat may say so too
 */
public record Stored(long seq, Position position, boolean duplicate) implements SetResult {}
