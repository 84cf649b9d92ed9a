// SPDX-License-Identifier: Apache-2.0
package io.natspersist.e2e.simulation;

import io.natspersist.protocol.StreamName;
import io.natspersist.worker.file.Archived;
import io.natspersist.worker.file.FakeStreamFiles.Held;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * Files that rot or that somebody deletes. Only those that have a copy: without one a stream is lost, as the volume is. Where the copy lacks
 * changes, these may be lost.
 */
final class VolumeDamage {

    private final World world;
    private final SplittableRandom random;

    VolumeDamage(World world, SplittableRandom random) {
        this.world = world;
        this.random = random;
    }

    /** Mostly one whose copy has all of it. */
    void damage() {
        StreamName stream = anyStream();
        Held file = world.files.held(stream);
        Archived copy = copyOf(stream);
        if (file == null || file.state().destroyed() || copy == null
                || !copy.equals(Archived.of(stream, copy.change(), file.state().epochs()))) {
            return;
        }
        boolean whole = copy.change() == file.state().change() && !file.hasUnusedParts();
        if (whole || random.nextInt(4) == 0) {
            world.time.trace("the file of %s is damaged at change %d; its copy has change %d", stream,
                    file.state().change(), copy.change());
            world.files.corrupt(stream);
            if (!whole) {
                world.oracle.losses.fileDamaged(stream.value(), copy.change());
            }
        }
    }

    /** One that nobody has open, and of which the catalog knows a copy. */
    void vanish() {
        StreamName stream = anyStream();
        Held file = world.files.held(stream);
        Archived copy = copyOf(stream);
        if (file != null && copy != null && copy.equals(Archived.of(stream, file.state()))
                && world.files.isAtRest(stream) && world.files.catalogHasCopy(stream, copy)) {
            world.time.trace("the file of %s is deleted at change %d", stream, copy.change());
            world.files.vanish(stream);
        }
    }

    private Archived copyOf(StreamName stream) {
        Optional<byte[]> copy = world.s3().newest(stream);
        return copy.map(bytes -> Archived.of(stream, world.files.held(stream, bytes).state())).orElse(null);
    }

    private StreamName anyStream() {
        List<String> all = world.streams();
        return new StreamName(all.get(random.nextInt(all.size())));
    }
}
