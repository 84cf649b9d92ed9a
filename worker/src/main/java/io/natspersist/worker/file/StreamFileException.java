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
    private final transient StreamName stream;

    public StreamFileException(Kind kind, StreamName stream, String message, @Nullable Throwable cause) {
        super(stream + ": " + message, cause);
        this.kind = kind;
        this.stream = stream;
    }

    public Kind kind() {
        return kind;
    }

    public StreamName stream() {
        return stream;
    }
}
