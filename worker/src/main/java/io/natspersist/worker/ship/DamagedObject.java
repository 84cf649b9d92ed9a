// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.ship;

import java.io.IOException;

/** An object of a shipped journal is not what its owner stored; the message names the field. */
final class DamagedObject extends IOException {
    private static final long serialVersionUID = 1;

    DamagedObject(String why) {
        super(why);
    }
}
