// SPDX-License-Identifier: Apache-2.0
package io.natspersist.e2e.simulation;

import io.natspersist.protocol.StreamName;
import io.natspersist.worker.file.FakeStreamFiles.Held;
import java.util.Optional;

/**
 * Looks, whenever a file is removed though its stream is there, whether the newest copy holds all of it, be it only parts of values that
 * no message shows yet.
 */
final class EvictedFilesAreCopied {

    private final World world;

    EvictedFilesAreCopied(World world) {
        this.world = world;
        world.files.onRemove((stream, file) -> {
            if (!file.state().destroyed()) {
                check(stream, file);
            }
        });
    }

    private void check(StreamName stream, Held file) {
        Optional<Held> copy = world.s3().newest(stream).map(bytes -> world.files.held(stream, bytes));
        if (copy.isEmpty()) {
            world.oracle.problem("the file of " + stream + " is removed, and there is no copy");
        } else if (!file.isWholeIn(copy.get())) {
            world.oracle.problem("the file of " + stream + " is removed with change " + file.state().change()
                    + ", and its copy, with change " + copy.get().state().change() + ", lacks some of it");
        }
    }
}
