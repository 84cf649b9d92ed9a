// SPDX-License-Identifier: Apache-2.0
package io.natspersist.protocol;

import io.natspersist.transport.Headers;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The headers of a request, an answer or a notice, read strictly: every method throws {@link BadMessage}, naming the header,
 * where a value is malformed or a header is given twice. Numbers are decimal digits, from 0 to 2^63-1: no sign, no space.
 * A service answers such a request with {@link ServiceError#badRequest(BadMessage)}.
 */
public record HeaderFields(Headers headers) {

    /** The longest decimal that can fit a long, in digits. */
    private static final int MAX_DIGITS = 19;

    /** A header's text; null where it is absent. */
    public @Nullable String text(String header) {
        if (headers.count(header) > 1) {
            throw new BadMessage(header, "is given twice");
        }
        return headers.first(header);
    }

    public boolean has(String header) {
        return headers.first(header) != null;
    }

    public OptionalLong number(String header) {
        String text = text(header);
        return text == null ? OptionalLong.empty() : OptionalLong.of(parse(header, text));
    }

    public long number(String header, long otherwise) {
        return number(header).orElse(otherwise);
    }

    /** @throws BadMessage also where it is absent */
    public long required(String header) {
        return number(header).orElseThrow(() -> new BadMessage(header, "is missing"));
    }

    /** "true" or "false"; false where absent. */
    public boolean flag(String header) {
        String text = text(header);
        if (text == null || text.equals("false")) {
            return false;
        }
        if (text.equals("true")) {
            return true;
        }
        throw new BadMessage(header, "is neither true nor false");
    }

    /** 8 hexadecimal digits: a checksum. */
    public OptionalInt checksum(String header) {
        String text = text(header);
        if (text == null) {
            return OptionalInt.empty();
        }
        if (text.length() != 8 || !text.chars().allMatch(HexFormat::isHexDigit)) {
            throw new BadMessage(header, "is not 8 hexadecimal digits");
        }
        return OptionalInt.of(HexFormat.fromHexDigits(text));
    }

    /** Comma-separated positive numbers, at most {@code most}, none of them twice; empty where the header is absent. */
    public List<Long> seqs(String header, int most) {
        String text = text(header);
        if (text == null) {
            return List.of();
        }
        if (text.length() > (long) most * (MAX_DIGITS + 1)) {
            throw new BadMessage(header, "has more than " + most + " numbers");
        }
        List<Long> seqs = new ArrayList<>();
        for (String part : text.split(",", -1)) {
            long seq = parse(header, part);
            if (seq == 0) {
                throw new BadMessage(header, "has a 0, numbers begin at 1");
            }
            seqs.add(seq);
        }
        if (seqs.size() > most) {
            throw new BadMessage(header, "has more than " + most + " numbers");
        }
        if (new HashSet<>(seqs).size() < seqs.size()) {
            throw new BadMessage(header, "has a number twice");
        }
        return List.copyOf(seqs);
    }

    /**
     * Refuses headers that begin with {@code Persist-}, in whatever case, and are none of these: a misspelled condition must
     * not be taken for none.
     */
    public void allowOnly(Set<String> known) {
        headers.forEach((name, value) -> {
            if (name.regionMatches(true, 0, HeaderNames.OURS, 0, HeaderNames.OURS.length()) && !known.contains(name)) {
                throw new BadMessage(name, "is not a header of this operation");
            }
        });
    }

    /** The headers that belong to the message itself. */
    public Headers ofMessage() {
        return headers.filter(name -> !HeaderNames.isReserved(name));
    }

    private static long parse(String header, String text) {
        boolean digits = !text.isEmpty() && text.length() <= MAX_DIGITS;
        for (int i = 0; digits && i < text.length(); i++) {
            digits = text.charAt(i) >= '0' && text.charAt(i) <= '9';
        }
        try {
            if (digits) {
                return Long.parseLong(text);
            }
        } catch (NumberFormatException tooLarge) {
            // said below
        }
        throw new BadMessage(header, "is not a decimal number from 0 to 2^63-1");
    }
}
