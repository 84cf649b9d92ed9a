// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.journal;

/**
 * Where an entry lies.
 *
 * @param segment the segment's number, from 1
 * @param offset of the entry's first byte in the segment
 * @param bytes what the entry takes in the segment
 */
public record Position(long segment, long offset, int bytes) {}
