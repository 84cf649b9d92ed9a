// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.journal;

import io.natspersist.protocol.table.Incarnation;
import java.io.IOException;

/** A journal's end was not found: its owner may write to it, or somebody has begun to delete it. */
public final class NotSealed extends IOException {

    private static final long serialVersionUID = 1;

    public NotSealed(Incarnation journal) {
        super("journal " + journal + " is not sealed");
    }
}
