// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.cold;

import java.util.Comparator;
import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The name of a pack: {@code <epoch>.<change>.<token>.<number>.pack}, the token being 16 hexadecimal digits.
 *
 * @param epoch of the owner that stored it
 * @param change what the copy that it was made for holds
 * @param token of that one attempt to archive: no other attempt ever has the same name
 * @param number from 1, higher than that of every pack that a copy shares with it
 */
record PackName(long epoch, long change, long token, long number) {

    /** Owner by owner, and each one's in the order in which they were made. */
    static final Comparator<PackName> ORDER = Comparator.comparingLong(PackName::epoch)
            .thenComparingLong(PackName::number);

    private static final Pattern FORM = Pattern
            .compile("([0-9]{1,18})\\.([0-9]{1,18})\\.([0-9a-f]{16})\\.([0-9]{1,18})\\.pack");

    /** Empty where it is no such name. */
    static Optional<PackName> parse(String name) {
        Matcher matcher = FORM.matcher(name);
        return matcher.matches()
                ? Optional.of(new PackName(Long.parseLong(matcher.group(1)), Long.parseLong(matcher.group(2)),
                        HexFormat.fromHexDigitsToLong(matcher.group(3)), Long.parseLong(matcher.group(4))))
                : Optional.empty();
    }

    static PackName read(Decoder from) throws BadBytes {
        return new PackName(from.number("pack's epoch"), from.number("pack's change"), from.int64("pack's token"),
                from.number("pack's number"));
    }

    void write(Encoder to) {
        to.number(epoch).number(change).int64(token).number(number);
    }

    @Override
    public String toString() {
        return epoch + "." + change + "." + HexFormat.of().toHexDigits(token) + "." + number + ".pack";
    }
}
