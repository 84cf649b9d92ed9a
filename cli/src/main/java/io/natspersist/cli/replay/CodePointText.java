// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.replay;

import java.util.Arrays;

/**
 * A text that is edited by positions in Unicode code points: a gap buffer, because one edit is mostly close to the last. Not
 * safe for use by many threads.
 */
public final class CodePointText {

    private int[] points = new int[256];
    private int gapStart;
    private int gapEnd = points.length;

    public CodePointText(String text) {
        insert(text);
    }

    /** How many code points there are. */
    public int length() {
        return points.length - (gapEnd - gapStart);
    }

    /** @throws IllegalArgumentException when the patch reaches beyond the text; the text is as it was */
    public void apply(Patch patch) {
        if (patch.position() > length() || patch.deleted() > length() - patch.position()) {
            throw new IllegalArgumentException("patch at " + patch.position() + " that deletes " + patch.deleted()
                    + " reaches beyond the text's " + length() + " code points");
        }
        moveGap(patch.position());
        gapEnd += patch.deleted();
        insert(patch.inserted());
    }

    private void insert(String text) {
        for (int i = 0; i < text.length();) {
            int point = text.codePointAt(i);
            if (gapStart == gapEnd) {
                grow();
            }
            points[gapStart++] = point;
            i += Character.charCount(point);
        }
    }

    private void moveGap(int position) {
        if (position < gapStart) {
            int moved = gapStart - position;
            System.arraycopy(points, position, points, gapEnd - moved, moved);
            gapEnd -= moved;
        } else {
            System.arraycopy(points, gapEnd, points, gapStart, position - gapStart);
            gapEnd += position - gapStart;
        }
        gapStart = position;
    }

    private void grow() {
        int after = points.length - gapEnd;
        int[] larger = Arrays.copyOf(points, 2 * points.length);
        System.arraycopy(points, gapEnd, larger, larger.length - after, after);
        gapEnd = larger.length - after;
        points = larger;
    }

    @Override
    public String toString() {
        return new String(points, 0, gapStart) + new String(points, gapEnd, points.length - gapEnd);
    }
}
