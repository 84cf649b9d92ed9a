// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.stream;

import io.natspersist.cli.terminal.ExitCode;
import io.natspersist.cli.terminal.Terminal;
import io.natspersist.client.Configured;
import io.natspersist.client.StreamHandle;
import io.natspersist.protocol.StreamConfig;
import io.natspersist.protocol.StreamConfig.Discard;
import io.natspersist.protocol.StreamConfig.Durability;
import java.util.Locale;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(name = "config", description = {
        "Print what a stream may hold and how it is kept; with options, change what they name and nothing else.",
        "Sizes may end with k, m or g; durations with s, m, h or d, else they are ms. 'none' takes a setting back: then the"
                + " defaults for the stream's name hold."}, footer = {"", "Examples:", "  persist config logs.web",
                        "  persist config logs.web --max-age 7d --max-bytes 100m",
                        "  persist config jobs.mail --max-msgs 10000 --discard new",
                        "  persist config logs.web --max-age none",
                        "  persist config logs.web --reset"})
public final class ConfigCommand extends StreamCommand {

    private static final String NONE = "none";

    @Option(names = "--max-msgs", paramLabel = "N", description = "how many messages it may hold")
    private @Nullable String maxMsgs;

    @Option(names = "--max-bytes", paramLabel = "SIZE", description = "their keys, headers and values together")
    private @Nullable String maxBytes;

    @Option(names = "--max-age", paramLabel = "DURATION", description = "how old the first message may grow")
    private @Nullable String maxAge;

    @Option(names = "--max-msg-size", paramLabel = "SIZE", description = "of one message")
    private @Nullable String maxMsgSize;

    @Option(names = "--max-msgs-per-second", paramLabel = "N", description = "how many may be stored a second")
    private @Nullable String maxMsgsPerSecond;

    @Option(names = "--max-bytes-per-second", paramLabel = "SIZE", description = "the same for their bytes")
    private @Nullable String maxBytesPerSecond;

    @Option(names = "--discard", paramLabel = "old|new", description = "when it is full: let the first messages go, or refuse"
            + " more")
    private @Nullable String discard;

    @Option(names = "--ttl", paramLabel = "DURATION", description = "how long messages live that do not say so themselves")
    private @Nullable String ttl;

    @Option(names = "--durability", paramLabel = "sync|relaxed", description = "what a change must have reached before it is"
            + " answered")
    private @Nullable String durability;

    @Option(names = "--reset", description = "take everything back that is not named here")
    private boolean reset;

    public ConfigCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    void check() {
        changed(StreamConfig.NONE);
    }

    @Override
    ExitCode run(StreamHandle stream) {
        boolean asks = !reset && changed(StreamConfig.NONE).equals(StreamConfig.NONE) && !takesBack();
        Configured now = stream.config();
        print(Line.of(asks ? now : stream.configure(changed(reset ? StreamConfig.NONE : now.config()))));
        return ExitCode.OK;
    }

    private boolean takesBack() {
        return java.util.stream.Stream.of(maxMsgs, maxBytes, maxAge, maxMsgSize, maxMsgsPerSecond, maxBytesPerSecond,
                discard, ttl, durability).anyMatch(NONE::equals);
    }

    private StreamConfig changed(StreamConfig from) {
        return new StreamConfig(or(maxMsgs, from.maxMsgs(), this::size), or(maxBytes, from.maxBytes(), this::size),
                or(maxAge, from.maxAge(), this::millis), or(maxMsgSize, from.maxMsgSize(), this::size),
                or(maxMsgsPerSecond, from.maxMsgsPerSecond(), this::size),
                or(maxBytesPerSecond, from.maxBytesPerSecond(), this::size),
                or(discard, from.discard(), text -> word(Discard.class, text)), or(ttl, from.ttl(), this::millis),
                or(durability, from.durability(), text -> word(Durability.class, text)));
    }

    private static <T> @Nullable T or(@Nullable String given, @Nullable T otherwise, Function<String, T> parse) {
        if (given == null) {
            return otherwise;
        }
        return given.equals(NONE) ? null : parse.apply(given);
    }

    private <T extends Enum<T>> T word(Class<T> type, String text) {
        try {
            return Enum.valueOf(type, text.toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException e) {
            throw usage("'" + text + "' is not one of "
                    + java.util.Arrays.toString(type.getEnumConstants()).toLowerCase(Locale.ROOT));
        }
    }

    private long size(String text) {
        return number(text, switch (last(text)) {
            case 'k' -> 1L << 10;
            case 'm' -> 1L << 20;
            case 'g' -> 1L << 30;
            default -> 1;
        });
    }

    private long millis(String text) {
        return number(text, switch (last(text)) {
            case 's' -> 1_000L;
            case 'm' -> 60_000L;
            case 'h' -> 3_600_000L;
            case 'd' -> 86_400_000L;
            default -> 1;
        });
    }

    private static char last(String text) {
        return text.isEmpty() ? ' ' : text.charAt(text.length() - 1);
    }

    private long number(String text, long unit) {
        try {
            long number = Math.multiplyExact(Long.parseLong(unit == 1 ? text : text.substring(0, text.length() - 1)),
                    unit);
            if (number >= 1) {
                return number;
            }
        } catch (ArithmeticException | NumberFormatException e) {
            // said below
        }
        throw usage("'" + text + "' is not a number from 1 on, with or without a unit");
    }
}
