// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.stream;

import io.natspersist.cli.terminal.ExitCode;
import io.natspersist.cli.terminal.Terminal;
import io.natspersist.client.SetOptions;
import io.natspersist.client.Stored;
import io.natspersist.client.StreamHandle;
import io.natspersist.transport.Headers;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "set", description = "Store a message: append, or replace the one with the same key. Prints its seq.", footer = {
        "", "Examples:", "  persist set projects.42.notes 'hello'", "  persist set users.7.settings dark --key theme",
        "  persist set users.7.settings light --key theme --expect-seq 1", "  persist set pictures.1 --file cat.png",
        "  tail -f log | persist set logs.web --lines",
        "  persist all users.7.settings --json | persist set users.8.settings --many"})
public final class SetCommand extends StreamCommand {

    @Parameters(index = "1", arity = "0..1", paramLabel = "VALUE", description = "the value; without it, or with -, it is"
            + " read from standard input")
    private @Nullable String value;

    @Option(names = {"-f", "--file"}, paramLabel = "FILE", description = "the value is this file's content")
    private @Nullable Path file;

    @Option(names = "--no-value", description = "store a message without a value, which differs from an empty one")
    private boolean noValue;

    @Option(names = "--lines", description = "each line of standard input is a message of its own, in order")
    private boolean lines;

    @Option(names = "--many", description = "each line of standard input is a JSON object, as all --json prints them: value or"
            + " base64, and perhaps key, seq, id, time, ttl or expires, headers, expectSeq, expectLastSeq; many travel in one"
            + " request; what has expired is left out")
    private boolean many;

    @Option(names = "--all-or-none", description = "with --many: at most 1,000, stored together or not at all")
    private boolean allOrNone;

    @Option(names = {"-k", "--key"}, description = "take the place of the message with this key")
    private @Nullable String key;

    @Option(names = "--seq", description = "store at exactly this seq")
    private @Nullable Long seq;

    @Option(names = "--expect-last-seq", paramLabel = "SEQ", description = "only if this is the stream's last seq")
    private @Nullable Long expectLastSeq;

    @Option(names = "--expect-seq", paramLabel = "SEQ", description = "only if the key's message has this seq; 0: only if"
            + " the key does not exist")
    private @Nullable Long expectSeq;

    @Option(names = "--create", description = "only if the key does not exist")
    private boolean create;

    @Option(names = "--id", description = "message id: a second set with it stores nothing")
    private @Nullable String messageId;

    @Option(names = "--time", paramLabel = "MILLIS", description = "the message's time, ms since the epoch")
    private @Nullable Long time;

    @Option(names = "--ttl", paramLabel = "MILLIS", description = "how long the message lives, ms; 0: for ever")
    private @Nullable Long ttl;

    @Option(names = {"-H", "--header"}, paramLabel = "NAME:VALUE", description = "a header to store with the message;"
            + " repeatable")
    private List<String> headers = new ArrayList<>();

    public SetCommand(Terminal terminal) {
        super(terminal);
    }

    @Override
    void check() {
        requireAtMostOne("VALUE, --file, --no-value, --lines and --many", value != null, file != null, noValue, lines,
                many);
        requireAtMostOne("--create and --expect-seq", create, expectSeq != null);
        if (key == null && (create || expectSeq != null)) {
            throw usage("--create and --expect-seq need --key");
        }
        if (lines && (seq != null || expectLastSeq != null || messageId != null)) {
            throw usage("--lines makes many messages: --seq, --expect-last-seq and --id make no sense with it");
        }
        if (many && !options().equals(SetOptions.NONE)) {
            throw usage("--many takes what belongs to each message from its line");
        }
        if (allOrNone && !many) {
            throw usage("--all-or-none needs --many");
        }
        options();
    }

    @Override
    ExitCode run(StreamHandle stream) throws IOException {
        if (many) {
            return new ManyLines(new BufferedReader(new InputStreamReader(terminal().in(), StandardCharsets.UTF_8)),
                    System::currentTimeMillis)
                    .store(stream, allOrNone, this::print);
        }
        if (lines) {
            BufferedReader in = new BufferedReader(new InputStreamReader(terminal().in(), StandardCharsets.UTF_8));
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                print(Line.of(stream.set(options(), line.getBytes(StandardCharsets.UTF_8))));
                terminal().out().flush();
            }
        } else {
            print(Line.of(store(stream)));
        }
        return ExitCode.OK;
    }

    private Stored store(StreamHandle stream) throws IOException {
        if (noValue) {
            return stream.set(options(), (byte[]) null);
        }
        if (file == null && value != null && !value.equals("-")) {
            return stream.set(options(), value.getBytes(StandardCharsets.UTF_8));
        }
        try (InputStream in = progress()) {
            return stream.set(options(), in);
        }
    }

    private Progress progress() throws IOException {
        return file == null
                ? new Progress(terminal().in(), terminal(), 0, System::nanoTime)
                : new Progress(Files.newInputStream(file), terminal(), Files.size(file), System::nanoTime);
    }

    SetOptions options() {
        return new SetOptions(key, seq, expectLastSeq, create ? Long.valueOf(0) : expectSeq, messageId, time,
                ttl == null ? null : Duration.ofMillis(ttl),
                parsedHeaders());
    }

    private Headers parsedHeaders() {
        Headers.Builder parsed = Headers.builder();
        for (String header : headers) {
            int colon = header.indexOf(':');
            if (colon < 1) {
                throw usage("header '" + header + "' is not NAME:VALUE");
            }
            parsed.add(header.substring(0, colon), header.substring(colon + 1).strip());
        }
        return parsed.build();
    }
}
