// SPDX-License-Identifier: Apache-2.0
package io.natspersist.e2e.simulation;

import io.natspersist.protocol.StreamName;
import io.natspersist.protocol.table.Incarnation;
import io.natspersist.worker.change.Change;
import io.natspersist.worker.disk.FakeDisk;
import io.natspersist.worker.journal.EntryVisitor;
import io.natspersist.worker.journal.JournalReader;
import io.natspersist.worker.journal.NotSealed;
import java.io.IOException;
import java.util.HashSet;
import java.util.Set;

/**
 * Looks, whenever a worker is gone, whether what the volume would still have after a power failure is enough: a stream of which a journal notes
 * that its file holds everything must be in a catalog for good, be it as one that was destroyed. No client can see it where it is not, but by what is
 * missing in a list.
 */
final class CatalogBeforeJournal {

    private final World world;

    CatalogBeforeJournal(World world) {
        this.world = world;
    }

    void check() {
        FakeDisk volume = world.disk.durable();
        Set<StreamName> noted = new HashSet<>();
        for (String journal : volume.names("journals")) {
            if (!journal.matches("[^.]+\\.[0-9]+")) {
                continue; // no journal's folder
            }
            try {
                JournalReader.read(volume.mount("oracle"), Incarnation.parse(journal), new EntryVisitor() {
                    @Override
                    public void change(Change change) {}

                    @Override
                    public void applied(StreamName stream, long upTo) {
                        noted.add(stream);
                    }
                });
            } catch (NotSealed e) {
                // its owner lives and has not sealed it; all of it was read
            } catch (IOException e) {
                world.oracle.problem("a journal cannot be read: " + e.getMessage());
            }
        }
        for (StreamName stream : noted) {
            if (!world.files.catalogKnows(stream)) {
                world.oracle.problem("a journal has let go of " + stream + ", which no catalog has for good");
            }
        }
    }
}
