// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.journal;

import io.natspersist.worker.change.Change;
import io.natspersist.worker.disk.Disk;
import io.natspersist.worker.disk.Disk.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Reads entries of a journal that is being written, from any thread. The segment that is written is read through its writer's own
 * descriptor: closing another one would drop the lock. Older ones get a descriptor when first asked for.
 */
final class ReadBack {

    private final Disk disk;
    private final JournalFolder folder;
    private final boolean secondDescriptor;
    private final ConcurrentHashMap<Long, Source> sources = new ConcurrentHashMap<>();

    ReadBack(Disk disk, JournalFolder folder, JournalConfig config) {
        this.disk = disk;
        this.folder = folder;
        this.secondDescriptor = config.mistakes().contains(JournalMistake.SECOND_DESCRIPTOR);
    }

    /** From now on this segment is written, through its own descriptor. */
    void writing(Segment segment) {
        sources.put(segment.number(), new Source(folder.segment(segment.number()), segment));
    }

    /** Closes a segment that is written no more, when nobody reads through its descriptor. */
    void written(long segment) throws IOException {
        Source source = sources.get(segment);
        if (source != null) {
            source.written();
        }
    }

    /** The segment goes; whoever still asks for it gets an {@link IOException}. */
    void deleted(long segment) throws IOException {
        Source source = sources.remove(segment);
        if (source != null) {
            source.close();
        }
    }

    void close() throws IOException {
        for (long segment : sources.keySet()) {
            deleted(segment);
        }
    }

    Change read(Position position) throws IOException {
        try {
            if (EntryCodec.read(bytes(position.segment(), position.offset(),
                    position.bytes())) instanceof Entry.Changed(var change)) {
                return change;
            }
            throw new IOException(position + ": not a change");
        } catch (BadBytes e) {
            throw new IOException(position + ": " + e.why(), e);
        }
    }

    /** So many bytes, all of them. */
    ByteBuffer bytes(long segment, long offset, int length) throws IOException {
        Source source = sources.get(segment);
        if (source == null) {
            throw new IOException("segment " + segment + " is not there");
        }
        ByteBuffer bytes = ByteBuffer.allocate(length);
        if (source.read(offset, bytes) < length) {
            throw new IOException("segment " + segment + ", offset " + offset + ": not written yet");
        }
        return bytes.flip();
    }

    /** Where one segment is read from. Its lock keeps the writer's descriptor open while a read is under way. */
    private final class Source {
        private final String path;
        private @Nullable Segment writing;
        private @Nullable DiskFile reading;

        Source(String path, Segment writing) {
            this.path = path;
            this.writing = writing;
        }

        synchronized int read(long offset, ByteBuffer into) throws IOException {
            if (writing != null && !secondDescriptor) {
                return writing.file().read(offset, into);
            }
            if (writing != null) {
                try (DiskFile second = disk.open(path)) {
                    return second.read(offset, into);
                }
            }
            if (reading == null) {
                reading = disk.open(path);
            }
            return reading.read(offset, into);
        }

        synchronized void written() throws IOException {
            if (writing != null) {
                writing.close();
                writing = null;
            }
        }

        synchronized void close() throws IOException {
            written();
            if (reading != null) {
                reading.close();
                reading = null;
            }
        }
    }
}
