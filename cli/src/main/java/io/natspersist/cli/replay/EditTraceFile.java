// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.replay;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.natspersist.cli.replay.EditTrace.Transaction;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPInputStream;

/**
 * Reads recorded editing: JSON, gzipped or not, {@code {startContent, endContent, txns: [{time, patches: [[position, deleted,
 * inserted], ...]}, ...]}}, with ISO times and positions in Unicode code points. Fields beyond these are passed over.
 */
public final class EditTraceFile {

    private EditTraceFile() {}

    /** @throws IOException when the file cannot be read, or is not a trace; the message says where and why */
    public static EditTrace read(Path file) throws IOException {
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file));
                JsonParser json = new JsonFactory().createParser(plain(in))) {
            return trace(file.getFileName().toString(), json);
        } catch (IllegalArgumentException | DateTimeParseException e) {
            throw new IOException(file + ": " + e.getMessage(), e);
        }
    }

    private static InputStream plain(InputStream in) throws IOException {
        in.mark(2);
        int magic = in.read() | in.read() << 8;
        in.reset();
        return magic == GZIPInputStream.GZIP_MAGIC ? new GZIPInputStream(in, 1 << 16) : in;
    }

    private static EditTrace trace(String name, JsonParser json) throws IOException {
        String start = "";
        String end = null;
        List<Transaction> transactions = null;
        expect(json, json.nextToken(), JsonToken.START_OBJECT);
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String field = json.currentName();
            json.nextToken();
            switch (field) {
                case "startContent" -> start = json.getText();
                case "endContent" -> end = json.getText();
                case "txns" -> transactions = transactions(json);
                default -> json.skipChildren();
            }
        }
        if (end == null || transactions == null) {
            throw new IllegalArgumentException("not a trace: endContent or txns is missing");
        }
        return new EditTrace(name, start, end, transactions);
    }

    private static List<Transaction> transactions(JsonParser json) throws IOException {
        List<Transaction> transactions = new ArrayList<>();
        expect(json, json.currentToken(), JsonToken.START_ARRAY);
        while (json.nextToken() == JsonToken.START_OBJECT) {
            transactions.add(transaction(json));
        }
        return transactions;
    }

    private static Transaction transaction(JsonParser json) throws IOException {
        long time = 0;
        List<Patch> patches = List.of();
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String field = json.currentName();
            json.nextToken();
            switch (field) {
                case "time" -> time = Instant.parse(json.getText()).toEpochMilli();
                case "patches" -> patches = PatchCodec.read(json);
                default -> json.skipChildren();
            }
        }
        return new Transaction(time, patches);
    }

    private static void expect(JsonParser json, JsonToken actual, JsonToken expected) {
        if (actual != expected) {
            throw new IllegalArgumentException("not a trace: " + expected + " expected, found " + actual + " at "
                    + json.currentLocation().offsetDescription());
        }
    }
}
