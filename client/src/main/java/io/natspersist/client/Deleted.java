// SPDX-License-Identifier: Apache-2.0
package io.natspersist.client;

/**
 * A delete that was carried out.
 *
 * @param count how many messages were there and are gone; with 0 nothing changed
 * @param position the stream's last change then
 * @param duplicate the client had to repeat the delete, and the worker had carried it out before: some messages went, but
 *        {@code count} does not say how many
 */
public record Deleted(long count, Position position, boolean duplicate) {}
