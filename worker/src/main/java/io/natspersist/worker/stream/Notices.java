// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.stream;

import io.natspersist.protocol.StreamName;
import io.natspersist.worker.change.Change;
import java.util.List;

/** Where watchers are told what happened. */
public interface Notices {

    /**
     * Changes of one stream and one epoch that follow one another, and are as durable as their answer; {@code then} runs on the loop
     * once they are told, so that who waits for the answer finds them told.
     */
    void changed(List<Change> changes, Runnable then);

    /** The number that the stream has come to, with its owner's epoch. */
    void trailing(StreamName stream, long epoch, long change);
}
