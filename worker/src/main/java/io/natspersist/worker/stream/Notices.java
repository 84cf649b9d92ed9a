// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.stream;

import io.natspersist.protocol.StreamName;
import io.natspersist.worker.change.Change;

/** Where watchers are told what happened. */
public interface Notices {

    /** A change that is as durable as its answer. */
    void changed(Change change);

    /** The number that the stream has come to, with its owner's epoch. */
    void trailing(StreamName stream, long epoch, long change);
}
