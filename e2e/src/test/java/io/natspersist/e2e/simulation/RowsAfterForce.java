// SPDX-License-Identifier: Apache-2.0
package io.natspersist.e2e.simulation;

import io.natspersist.protocol.StreamName;
import io.natspersist.protocol.table.Incarnation;
import io.natspersist.worker.change.Change;
import io.natspersist.worker.disk.Disk;
import io.natspersist.worker.disk.FakeDisk;
import io.natspersist.worker.journal.JournalReader;
import io.natspersist.worker.journal.NotSealed;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * Looks, now and then, whether rows that come into a file are in their owner's journal for good. No client can see it when
 * they are not: the file alone would then hold what the journal has lost.
 */
final class RowsAfterForce {

    private final World world;
    private final SplittableRandom random;

    /** A change, wherever it is. */
    private record Row(StreamName stream, long number, long epoch) {
        static Row of(Change change) {
            return new Row(change.stream(), change.number(), change.epoch());
        }
    }

    RowsAfterForce(World world) {
        this.world = world;
        this.random = world.random("rows");
        world.files.onApply((node, changes) -> {
            if (random.nextInt(8) == 0) {
                check(node, changes);
            }
        });
    }

    private void check(String node, List<Change> changes) {
        Set<Row> forced = new HashSet<>();
        FakeDisk volume = world.disk.durable();
        for (String journal : volume.names("journals")) {
            if (journal.startsWith(node + ".")) {
                read(volume.mount("oracle"), Incarnation.parse(journal), forced);
            }
        }
        for (Change change : changes) {
            if (!forced.contains(Row.of(change))) {
                world.oracle.problem(node + " put change " + change.number() + " of " + change.stream()
                        + " into its file before it was forced");
                return;
            }
        }
    }

    private void read(Disk volume, Incarnation journal, Set<Row> forced) {
        try {
            JournalReader.read(volume, journal, change -> forced.add(Row.of(change)));
        } catch (NotSealed e) {
            // its owner lives and has not sealed it; all of it was read
        } catch (IOException e) {
            world.oracle.problem("a living worker's journal cannot be read: " + e.getMessage());
        }
    }
}
