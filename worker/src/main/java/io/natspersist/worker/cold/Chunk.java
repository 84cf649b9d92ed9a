// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.cold;

/**
 * A piece of a file, and where it lies.
 *
 * @param hash of the piece as it is in the file
 * @param offset in the pack
 * @param stored how many bytes it has there: a zstd frame, or the piece itself where that is no longer
 */
record Chunk(Hash hash, Pack pack, int offset, int stored) {}
