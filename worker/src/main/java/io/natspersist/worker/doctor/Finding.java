// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.doctor;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Something about a volume that a person may want to know.
 *
 * @param place a path below the volume, or a stream's name
 * @param what in words
 * @param meaningless a file that provably means nothing to anybody and can be deleted; null: there is none
 */
public record Finding(Severity severity, String place, String what, @Nullable Path meaningless) {

    /** How bad it is. */
    public enum Severity {
        /** Nothing is lost, and nobody is held up. */
        NOTE,
        /** Something cannot be read, or is not where it must be. */
        DAMAGE
    }

    static Finding damage(String place, String what) {
        return new Finding(Severity.DAMAGE, place, what, null);
    }

    static Finding note(String place, String what) {
        return new Finding(Severity.NOTE, place, what, null);
    }

    static Finding meaningless(String place, String what, Path file) {
        return new Finding(Severity.NOTE, place, what, file);
    }
}
