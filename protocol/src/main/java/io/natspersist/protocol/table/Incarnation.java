// SPDX-License-Identifier: Apache-2.0
package io.natspersist.protocol.table;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.regex.Pattern;

/**
 * One life of a worker: its name and the number that the coordinator gave it when it registered, never twice. Also the name
 * of its journal. Written {@code worker.number}; a worker's name has no dot.
 */
public record Incarnation(String worker, long number) implements Comparable<Incarnation> {

    private static final Pattern WORKER = Pattern.compile("[A-Za-z0-9_-]{1,64}");
    private static final Pattern NUMBER = Pattern.compile("[1-9][0-9]{0,18}");

    public Incarnation {
        if (!WORKER.matcher(worker).matches()) {
            throw new IllegalArgumentException("worker name '" + worker + "' must be 1 to 64 of A-Z a-z 0-9 _ -");
        }
        if (number < 1) {
            throw new IllegalArgumentException("incarnation " + number + " must be positive");
        }
    }

    /** @throws IllegalArgumentException when the text is not {@code worker.number} */
    @JsonCreator
    public static Incarnation parse(String text) {
        int dot = text.lastIndexOf('.');
        String number = text.substring(dot + 1);
        if (dot < 0 || !NUMBER.matcher(number).matches()) {
            throw new IllegalArgumentException("'" + text + "' is not worker.number");
        }
        try {
            return new Incarnation(text.substring(0, dot), Long.parseLong(number));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("'" + text + "' is not worker.number", e);
        }
    }

    @Override
    public int compareTo(Incarnation o) {
        int byNumber = Long.compare(number, o.number);
        return byNumber != 0 ? byNumber : worker.compareTo(o.worker);
    }

    @JsonValue
    @Override
    public String toString() {
        return worker + "." + number;
    }
}
