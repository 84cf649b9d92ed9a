// SPDX-License-Identifier: Apache-2.0
package io.natspersist.client;

/**
 * A stream in a list. Counters of a stream that nobody uses are those of when it was last closed; after its worker died they may be
 * older than that, or not known: then {@code change} is 0 and so are the others.
 *
 * @param messages how many there are
 * @param bytes what their keys, headers and values count for
 * @param lastSeq the highest sequence number ever given out
 * @param change the number of its last change
 */
public record ListedStream(String name, long messages, long bytes, long lastSeq, long change) {}
