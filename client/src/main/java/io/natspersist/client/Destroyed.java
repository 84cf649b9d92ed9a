// SPDX-License-Identifier: Apache-2.0
package io.natspersist.client;

/**
 * What became of a request to destroy a stream.
 *
 * @param destroyed whether there was such a stream; if not, nothing changed
 * @param count how many messages went with it
 * @param position the stream's last change then
 * @param duplicate the client had to repeat the request, and the worker had carried it out before: {@code count} does not
 *        say how many messages went
 */
public record Destroyed(boolean destroyed, long count, Position position, boolean duplicate) {}
