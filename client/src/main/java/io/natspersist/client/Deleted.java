// SPDX-License-Identifier: Apache-2.0
package io.natspersist.client;

/**
 * A delete that was carried out.
 *
 * @param count how many messages were there and are gone; with 0 nothing changed
 * @param position the stream's last change then
 */
public record Deleted(long count, Position position) {}
