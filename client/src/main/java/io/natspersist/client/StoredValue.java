// SPDX-License-Identifier: Apache-2.0
package io.natspersist.client;

/**
 * A message as {@code get} found it, and how to read its value.
 *
 * @param parts how many parts its large value has; 0: it came with the message, or there is none
 * @param crc32c of a large value
 */
record StoredValue(StreamMessage message, int parts, int crc32c) {}
