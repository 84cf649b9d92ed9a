// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.cold;

/** Bytes that are not what the format says; the message names the field. */
final class BadBytes extends Exception {
    private static final long serialVersionUID = 1;

    private final String why;

    BadBytes(String why) {
        super(why);
        this.why = why;
    }

    String why() {
        return why;
    }
}
