// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.file;

/** A sound database that is not this stream's file, or of a version that this program does not know. */
final class WrongFile extends Exception {
    private static final long serialVersionUID = 1;

    WrongFile(String why) {
        super(why);
    }
}
