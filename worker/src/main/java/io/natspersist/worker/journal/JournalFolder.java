// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.journal;

import io.natspersist.protocol.table.Incarnation;
import java.util.List;
import java.util.regex.Pattern;

/** The names in a journal's folder. */
record JournalFolder(String path) {

    /** What all journals lie in. */
    static final String JOURNALS = "journals";

    private static final String SEGMENT = ".log";
    private static final Pattern SEGMENT_NAME = Pattern.compile("[0-9]{10,18}\\.log");

    static JournalFolder of(Incarnation journal) {
        return new JournalFolder(JOURNALS + "/" + journal);
    }

    String segment(long number) {
        return file(digits(number) + SEGMENT);
    }

    /** A segment's name until it is locked and forced. */
    String temporary(long number) {
        return file(digits(number) + ".new");
    }

    /** Empty while the journal's owner may write; anything in it tells the owner to halt. */
    String release() {
        return file("release");
    }

    String ballast() {
        return file("ballast");
    }

    String file(String name) {
        return path.isEmpty() ? name : path + "/" + name;
    }

    /** The numbers of the segments (seals are among them) in a listing of this folder, ascending. */
    static List<Long> segments(List<String> names) {
        return names.stream().filter(JournalFolder::isSegment)
                .map(name -> Long.parseLong(name.substring(0, name.length() - SEGMENT.length()))).sorted().toList();
    }

    static boolean isSegment(String name) {
        return SEGMENT_NAME.matcher(name).matches();
    }

    private static String digits(long number) {
        String digits = Long.toString(number);
        return "0".repeat(Math.max(0, 10 - digits.length())) + digits;
    }
}
