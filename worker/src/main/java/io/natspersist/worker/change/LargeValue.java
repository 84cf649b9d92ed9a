// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.change;

/**
 * Where a value is that came in parts: in the stream's file, under the name of its upload. An upload belongs to one message
 * at most, and goes with it.
 *
 * @param upload 1 to 64 of A-Z a-z 0-9 _ -, chosen by the writer
 * @param size of all parts together, in bytes; positive
 * @param parts how many there are; they are numbered from 1
 * @param crc32c of the whole value
 */
public record LargeValue(String upload, long size, int parts, int crc32c) {

    public LargeValue {
        if (size < 1 || parts < 1 || parts > size) {
            throw new IllegalArgumentException(size + " bytes in " + parts + " parts");
        }
    }
}
