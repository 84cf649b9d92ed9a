// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.demo;

import io.natspersist.cli.replay.CodePointText;
import io.natspersist.cli.replay.EditTrace;
import io.natspersist.cli.replay.EditTrace.Transaction;
import io.natspersist.cli.replay.Patch;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * Types a text as a person would: sentence by sentence but not in order, with slips of the finger that are taken back, and a
 * look back now and then to write a word anew. The same seed types the same way.
 */
public final class TypedText {

    private static final long KEY_MILLIS = 120;

    private final RandomGenerator random;
    private final List<Transaction> keys = new ArrayList<>();
    private final CodePointText written = new CodePointText("");
    private long time;

    private TypedText(RandomGenerator random) {
        this.random = random;
    }

    public static EditTrace type(String name, String text, RandomGenerator random) {
        TypedText typist = new TypedText(random);
        typist.typeSentences(text.split("(?<=[.!?]\\s)", -1));
        return new EditTrace(name, "", typist.written.toString(), typist.keys);
    }

    /** Leaves out one sentence in four at first, and puts it in when the next one stands. */
    private void typeSentences(String[] sentences) {
        int at = 0;
        for (int i = 0; i < sentences.length; i++) {
            boolean leftOut = i + 1 < sentences.length && random.nextInt(4) == 0;
            if (leftOut) {
                typeSentence(at, sentences[i + 1]);
                typeSentence(at, sentences[i]);
                at += length(sentences[i]) + length(sentences[i + 1]);
                i++;
            } else {
                typeSentence(at, sentences[i]);
                at += length(sentences[i]);
            }
        }
    }

    private void typeSentence(int start, String sentence) {
        int[] points = sentence.codePoints().toArray();
        for (int i = 0; i < points.length; i++) {
            if (random.nextInt(25) == 0) {
                slip(start + i);
            }
            key(start + i, 0, Character.toString(points[i]));
            if (points[i] == ' ' && random.nextInt(30) == 0) {
                rewriteLastWord(start, points, i);
            }
        }
    }

    /** A few wrong keys, and as many strokes back. */
    private void slip(int at) {
        int wrong = 1 + random.nextInt(3);
        for (int i = 0; i < wrong; i++) {
            key(at + i, 0, Character.toString('a' + random.nextInt(26)));
        }
        for (int i = wrong; i > 0; i--) {
            key(at + i - 1, 1, "");
        }
    }

    /** Selects the word before the space and types over it. */
    private void rewriteLastWord(int start, int[] points, int space) {
        int from = space;
        while (from > 0 && points[from - 1] != ' ') {
            from--;
        }
        if (from == space) {
            return;
        }
        key(start + from, space - from, Character.toString(points[from]));
        for (int i = from + 1; i < space; i++) {
            key(start + i, 0, Character.toString(points[i]));
        }
    }

    private void key(int position, int deleted, String inserted) {
        Patch patch = new Patch(position, deleted, inserted);
        written.apply(patch);
        keys.add(new Transaction(time, List.of(patch)));
        time += KEY_MILLIS / 2 + random.nextLong(KEY_MILLIS);
    }

    private static int length(String text) {
        return text.codePointCount(0, text.length());
    }
}
