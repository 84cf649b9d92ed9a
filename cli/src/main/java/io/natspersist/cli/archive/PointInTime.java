// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.archive;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.TemporalAccessor;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A time as people say it. */
final class PointInTime {

    static final String FORMS = "a time such as 2026-01-31T12:00:00Z, a local one such as 2026-01-31T12:00 or 2026-01-31, ms since"
            + " the epoch, or an age such as 90s, 15m, 2h, 3d or 1w";

    private static final Pattern AGE = Pattern.compile("([0-9]{1,9})([smhdw])");
    private static final Pattern MILLIS = Pattern.compile("[0-9]{1,18}");
    private static final DateTimeFormatter ISO = new DateTimeFormatterBuilder().append(DateTimeFormatter.ISO_LOCAL_DATE)
            .optionalStart().appendLiteral('T').append(DateTimeFormatter.ISO_LOCAL_TIME)
            .optionalStart().appendOffsetId().toFormatter();

    private PointInTime() {}

    /** @throws IllegalArgumentException when it is none of {@link #FORMS} */
    static Instant parse(String text, Instant now, ZoneId zone) {
        Matcher age = AGE.matcher(text);
        if (age.matches()) {
            return now.minus(unit(age.group(2)).multipliedBy(Long.parseLong(age.group(1))));
        }
        if (MILLIS.matcher(text).matches()) {
            return Instant.ofEpochMilli(Long.parseLong(text));
        }
        try {
            TemporalAccessor parsed = ISO.parseBest(text.replace(' ', 'T'), OffsetDateTime::from, LocalDateTime::from,
                    LocalDate::from);
            return switch (parsed) {
                case OffsetDateTime time -> time.toInstant();
                case LocalDateTime time -> time.atZone(zone).toInstant();
                default -> LocalDate.from(parsed).atStartOfDay(zone).toInstant();
            };
        } catch (DateTimeException e) {
            throw new IllegalArgumentException("'" + text + "' is not " + FORMS, e);
        }
    }

    private static Duration unit(String letter) {
        return switch (letter) {
            case "s" -> Duration.ofSeconds(1);
            case "m" -> Duration.ofMinutes(1);
            case "h" -> Duration.ofHours(1);
            case "d" -> Duration.ofDays(1);
            default -> Duration.ofDays(7);
        };
    }
}
