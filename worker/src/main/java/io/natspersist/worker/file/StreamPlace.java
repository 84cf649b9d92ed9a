// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.file;

import io.natspersist.protocol.StreamName;
import io.natspersist.protocol.StreamPath;
import java.nio.file.Path;
import java.util.List;

/**
 * Where a stream's files lie, or those of a slot's catalog.
 *
 * @param stream whose files they are; of a catalog a name for messages
 * @param folders below the slot's folder, outermost first
 * @param token how their names begin
 */
record StreamPlace(StreamName stream, int slot, List<String> folders, String token) {

    static StreamPlace of(StreamName stream, int slot) {
        List<String> components = List.of(StreamPath.of(stream).split("/", -1));
        int last = components.size() - 1;
        return new StreamPlace(stream, slot, components.subList(0, last), components.get(last));
    }

    /** Where a slot's catalog lies: beside the streams' folders and files, none of which begins with {@code @}. */
    static StreamPlace ofCatalog(int slot) {
        return new StreamPlace(new StreamName("@catalog-of-slot-" + slot), slot, List.of(), "@catalog");
    }

    Path folder(Path root) {
        Path folder = root.resolve(Integer.toString(slot));
        for (String child : folders) {
            folder = folder.resolve(child);
        }
        return folder;
    }

    FileName name(long epoch, FileName.Part part) {
        return new FileName(token, epoch, part);
    }
}
