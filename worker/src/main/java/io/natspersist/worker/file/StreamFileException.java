// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.file;

import io.natspersist.protocol.StreamName;
import org.jspecify.annotations.Nullable;

/** A stream's file cannot be used. Only that stream is concerned. */
public final class StreamFileException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** What is wrong with it. */
    public enum Kind {
        /** It is damaged. */
        CORRUPT,
        /** An input or output error, a lost lock, a full or read-only volume: nothing is known to be wrong with the file. */
        UNAVAILABLE
    }

    private final Kind kind;
    private final String why;
    private final transient StreamName stream;

    /** @param why what is wrong, in words, without the stream's name */
    public StreamFileException(Kind kind, StreamName stream, String why, @Nullable Throwable cause) {
        super(stream + ": " + why, cause);
        this.kind = kind;
        this.why = why;
        this.stream = stream;
    }

    public Kind kind() {
        return kind;
    }

    public String why() {
        return why;
    }

    public StreamName stream() {
        return stream;
    }
}
