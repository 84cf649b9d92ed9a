// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.replay;

/** One edit: at a position, so many were deleted, and then this was inserted. Positions and lengths in Unicode code points. */
public record Patch(int position, int deleted, String inserted) {

    public Patch {
        if (position < 0 || deleted < 0) {
            throw new IllegalArgumentException("patch at " + position + " deletes " + deleted);
        }
    }
}
