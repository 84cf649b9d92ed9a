// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.bench.report;

/** Numbers as people read them. */
final class Numbers {

    private Numbers() {}

    /** Three digits that count. */
    static String text(double number) {
        double size = Math.abs(number);
        return String.format(size >= 100 ? "%,.0f" : size >= 10 ? "%.1f" : "%.2f", number);
    }

    /** The same, as it is to be in a file. */
    static double rounded(double number) {
        if (number == 0 || !Double.isFinite(number)) {
            return 0;
        }
        double scale = Math.pow(10, 3 - Math.floor(Math.log10(Math.abs(number))));
        return Math.round(number * scale) / scale;
    }
}
