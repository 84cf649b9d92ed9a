// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.ship;

import io.natspersist.protocol.table.Incarnation;
import java.util.Locale;
import java.util.Optional;

/** Where shipped journals lie in the bucket. */
final class Keys {

    static final String JOURNALS = "journals/";
    /** The highest numbers that were given out. */
    static final String HIGHEST = "highest-numbers";

    private Keys() {}

    /** What the keys of all objects of a journal begin with. */
    static String of(Incarnation journal) {
        return JOURNALS + journal + "/";
    }

    /** Of ten digits or more; those of one journal are in order up to ten billion. */
    static String of(Incarnation journal, long number) {
        return of(journal) + String.format(Locale.ROOT, "%010d", number);
    }

    /** Behind all keys of this journal, and before those of the next. */
    static String behind(Incarnation journal) {
        return of(journal) + "~";
    }

    /** Whose journal's object has that key; empty: no journal's. */
    static Optional<Incarnation> journal(String key) {
        int end = key.indexOf('/', JOURNALS.length());
        try {
            return end < 0 ? Optional.empty() : Optional.of(Incarnation.parse(key.substring(JOURNALS.length(), end)));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /** The object's number in its journal; 0: it has none. */
    static long number(String key) {
        String digits = key.substring(key.lastIndexOf('/') + 1);
        return digits.matches("[0-9]{10,18}") ? Long.parseLong(digits) : 0;
    }
}
