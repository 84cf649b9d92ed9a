// SPDX-License-Identifier: Apache-2.0
package io.natspersist.protocol;

import java.util.zip.CRC32C;

/** CRC-32C checksums, and that of two pieces together from those of the pieces. */
public final class Crc32c {

    /** The polynomial, its bits reversed. */
    private static final int POLYNOMIAL = 0x82F63B78;

    private Crc32c() {}

    public static int of(byte[] bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes);
        return (int) crc.getValue();
    }

    /**
     * The checksum of two pieces, one after the other. Takes time in the logarithm of the length.
     *
     * @param secondLength of the second piece, in bytes
     */
    public static int combine(int first, int second, long secondLength) {
        // A zero bit more is a linear map of the checksum: a matrix of 32 columns. Its powers of two are squares.
        int[] zeros = oneZeroBit();
        int[] spare = new int[32];
        for (int doubled = 0; doubled < 3; doubled++) { // eight bits are a byte
            square(zeros, spare);
            int[] swap = zeros;
            zeros = spare;
            spare = swap;
        }
        int shifted = first;
        for (long length = secondLength; length != 0; length >>>= 1) {
            if ((length & 1) != 0) {
                shifted = times(zeros, shifted);
            }
            square(zeros, spare);
            int[] swap = zeros;
            zeros = spare;
            spare = swap;
        }
        return shifted ^ second;
    }

    private static int[] oneZeroBit() {
        int[] columns = new int[32];
        columns[0] = POLYNOMIAL;
        for (int bit = 1; bit < 32; bit++) {
            columns[bit] = 1 << (bit - 1);
        }
        return columns;
    }

    private static void square(int[] matrix, int[] result) {
        for (int column = 0; column < 32; column++) {
            result[column] = times(matrix, matrix[column]);
        }
    }

    private static int times(int[] matrix, int vector) {
        int sum = 0;
        for (int column = 0, left = vector; left != 0; column++, left >>>= 1) {
            if ((left & 1) != 0) {
                sum ^= matrix[column];
            }
        }
        return sum;
    }
}
