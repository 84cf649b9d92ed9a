// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.stream;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.natspersist.cli.terminal.ExitCode;
import io.natspersist.cli.terminal.Failure;
import io.natspersist.client.Batch;
import io.natspersist.client.NotStored;
import io.natspersist.client.SetOptions;
import io.natspersist.client.SetResult;
import io.natspersist.client.StreamHandle;
import io.natspersist.transport.Headers;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Messages to be set, a JSON object a line, in the form in which they are printed. One that says when it expires is to expire
 * then; if it has by now, it is left out.
 */
final class ManyLines {

    private static final int MOST_AT_ONCE = 1_000;
    private static final ObjectMapper JSON = new ObjectMapper();
    /** Those that are printed and say nothing about how to store are passed over. */
    private static final Set<String> KNOWN = Set.of("value", "base64", "key", "seq", "id", "time", "ttl", "headers",
            "expectSeq", "expectLastSeq", "change", "expires", "epoch", "size");

    private final BufferedReader in;
    private final LongSupplier clock;
    private int lines;

    /** @param clock ms since the epoch */
    ManyLines(BufferedReader in, LongSupplier clock) {
        this.in = in;
        this.clock = clock;
    }

    /** Tells a line for each message. A line that is none ends it: what was before it in a full request is stored. */
    ExitCode store(StreamHandle stream, boolean allOrNone, Consumer<Line> tell) throws IOException {
        ExitCode code = ExitCode.OK;
        Batch batch = new Batch();
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            lines++;
            if (!line.isBlank()) {
                add(line, batch);
            }
            if (batch.size() == MOST_AT_ONCE && !allOrNone) {
                code = send(stream, batch, tell, code);
                batch = new Batch();
            }
        }
        if (allOrNone) {
            stream.setAllOrNone(batch).forEach(stored -> tell.accept(Line.of(stored)));
            return code;
        }
        return send(stream, batch, tell, code);
    }

    private static ExitCode send(StreamHandle stream, Batch batch, Consumer<Line> tell, ExitCode before) {
        List<SetResult> results = stream.setMany(batch);
        results.forEach(result -> tell.accept(Line.of(result)));
        return results.stream().anyMatch(NotStored.class::isInstance) ? ExitCode.CONFLICT : before;
    }

    private void add(String line, Batch batch) throws IOException {
        try {
            JsonNode json = JSON.readTree(line);
            if (!json.isObject()) {
                throw new IllegalArgumentException("is no JSON object");
            }
            json.fieldNames().forEachRemaining(name -> {
                if (!KNOWN.contains(name)) {
                    throw new IllegalArgumentException("has an unknown field '" + name + "'");
                }
            });
            Expiry expiry = Expiry.of(json);
            long now = clock.getAsLong();
            if (!expiry.isPast(now)) {
                batch.add(options(json, expiry, now), value(json));
            }
        } catch (JsonProcessingException | IllegalArgumentException e) {
            throw new Failure(ExitCode.USAGE, "line " + lines + " " + (e instanceof JsonProcessingException bad
                    ? "is no JSON: " + bad.getOriginalMessage()
                    : e.getMessage()), e);
        }
    }

    private static SetOptions options(JsonNode json, Expiry expiry, long now) {
        return new SetOptions(text(json, "key"), number(json, "seq"), number(json, "expectLastSeq"),
                number(json, "expectSeq"), text(json, "id"), number(json, "time"), ttl(json, expiry, now),
                headers(json.get("headers")));
    }

    private static @Nullable Duration ttl(JsonNode json, Expiry expiry, long now) {
        Long millis = number(json, "ttl");
        if (expiry.at() != 0) {
            if (millis != null) {
                throw new IllegalArgumentException("has both a ttl and an expires");
            }
            return expiry.left(now);
        }
        return millis == null ? null : Duration.ofMillis(millis);
    }

    private static byte @Nullable [] value(JsonNode json) throws IOException {
        String text = text(json, "value");
        if (text != null) {
            return text.getBytes(StandardCharsets.UTF_8);
        }
        return json.has("base64") ? json.get("base64").binaryValue() : null;
    }

    private static @Nullable String text(JsonNode json, String name) {
        JsonNode field = json.get(name);
        if (field != null && !field.isTextual()) {
            throw new IllegalArgumentException("has a " + name + " that is no text");
        }
        return field == null ? null : field.textValue();
    }

    private static @Nullable Long number(JsonNode json, String name) {
        JsonNode field = json.get(name);
        if (field != null && (!field.isIntegralNumber() || !field.canConvertToLong() || field.longValue() < 0)) {
            throw new IllegalArgumentException("has a " + name + " that is no number from 0 to 2^63-1");
        }
        return field == null ? null : field.longValue();
    }

    private static Headers headers(@Nullable JsonNode pairs) {
        Headers.Builder headers = Headers.builder();
        if (pairs != null) {
            for (JsonNode pair : pairs) {
                if (pair.size() != 2) {
                    throw new IllegalArgumentException("has headers that are no pairs");
                }
                headers.add(pair.get(0).asText(), pair.get(1).asText());
            }
        }
        return headers.build();
    }
}
