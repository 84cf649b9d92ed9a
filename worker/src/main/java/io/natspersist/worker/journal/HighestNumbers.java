// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.journal;

import io.natspersist.protocol.table.Numbers;
import io.natspersist.worker.disk.Disk;
import java.io.IOException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The highest numbers that a cluster has given out, written down on its volume as the name of an empty file, for a coordinator
 * that loses its table. What is written down is found, or something higher, by whoever looks afterwards. Blocking.
 */
public final class HighestNumbers {

    private static final String PREFIX = "highest-";
    private static final Pattern NAME = Pattern.compile(PREFIX + "([0-9]{1,18})-([0-9]{1,18})-([0-9]{1,18})");

    private HighestNumbers() {}

    /** {@link Numbers#NONE} where nobody has written any down. */
    public static Numbers read(Disk disk) throws IOException {
        Numbers highest = Numbers.NONE;
        for (String name : disk.list(JournalFolder.JOURNALS)) {
            highest = highest.orHigher(parse(name));
        }
        return highest;
    }

    /** Writes down what somebody knows to have been given out. */
    public static void note(Disk disk, Numbers givenOut) throws IOException {
        Numbers highest = read(disk).orHigher(givenOut);
        make(disk, highest);
        deleteLower(disk, highest);
    }

    /**
     * Writes down numbers that are by {@code margin} above those given out, as far as is known here or on the volume, and above
     * all that anybody else has reserved.
     */
    public static Numbers reserve(Disk disk, Numbers givenOut, long margin) throws IOException {
        while (true) {
            Numbers reserved = read(disk).orHigher(givenOut).plus(margin);
            // Another may be doing the same: it has the name, or its own is higher by now.
            if (make(disk, reserved) && read(disk).equals(reserved)) {
                deleteLower(disk, reserved);
                return reserved;
            }
        }
    }

    private static boolean make(Disk disk, Numbers numbers) throws IOException {
        boolean isNew = true;
        disk.createFolders(JournalFolder.JOURNALS);
        try {
            disk.createNew(JournalFolder.JOURNALS + "/" + name(numbers)).close();
        } catch (Disk.NameExists known) {
            isNew = false;
        }
        disk.forceFolder(JournalFolder.JOURNALS);
        return isNew;
    }

    /** Where one number is higher and another lower, both names stay. */
    private static void deleteLower(Disk disk, Numbers numbers) throws IOException {
        for (String name : disk.list(JournalFolder.JOURNALS)) {
            if (name.startsWith(PREFIX) && !name.equals(name(numbers))
                    && numbers.orHigher(parse(name)).equals(numbers)) {
                disk.delete(JournalFolder.JOURNALS + "/" + name);
            }
        }
    }

    private static String name(Numbers numbers) {
        return PREFIX + numbers.version() + "-" + numbers.epoch() + "-" + numbers.incarnation();
    }

    private static Numbers parse(String name) {
        Matcher numbers = NAME.matcher(name);
        return numbers.matches()
                ? new Numbers(Long.parseLong(numbers.group(1)), Long.parseLong(numbers.group(2)),
                        Long.parseLong(numbers.group(3)))
                : Numbers.NONE;
    }
}
