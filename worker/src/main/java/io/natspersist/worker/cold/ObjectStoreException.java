// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.cold;

import org.jspecify.annotations.Nullable;

/** The object store did not do what it was asked to. */
public final class ObjectStoreException extends RuntimeException {

    private static final long serialVersionUID = 1;

    /** What a caller can do about it. */
    public enum Kind {
        /** Away, slow or overloaded: what was asked may or may not have been done. Try again later. */
        UNAVAILABLE,
        /** The condition of a put did not hold: somebody else was there, or an earlier try of one's own. */
        CONFLICT,
        /** What came is not what was stored. */
        DAMAGED,
        /** It will not do this as it is configured: no such bucket, not allowed, bad credentials. */
        REFUSED
    }

    private final Kind kind;

    /** @param why for a person: what was asked, of which object, and what came of it */
    public ObjectStoreException(Kind kind, String why, @Nullable Throwable cause) {
        super(why, cause);
        this.kind = kind;
    }

    public Kind kind() {
        return kind;
    }
}
