// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.replay;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

/** The patches of one transaction as a message's value: JSON, {@code [[position, deleted, "inserted"], ...]}. */
public final class PatchCodec {

    private static final JsonFactory FACTORY = new JsonFactory()
            .enable(JsonGenerator.Feature.COMBINE_UNICODE_SURROGATES_IN_UTF8);

    private PatchCodec() {}

    static byte[] write(List<Patch> patches) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(32);
        try (JsonGenerator json = FACTORY.createGenerator(out)) {
            json.writeStartArray();
            for (Patch patch : patches) {
                json.writeStartArray();
                json.writeNumber(patch.position());
                json.writeNumber(patch.deleted());
                json.writeString(patch.inserted());
                json.writeEndArray();
            }
            json.writeEndArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    /** @throws IllegalArgumentException when the bytes are something else */
    public static List<Patch> read(byte[] value) {
        try (JsonParser json = FACTORY.createParser(value)) {
            json.nextToken();
            return read(json);
        } catch (IOException e) {
            throw new IllegalArgumentException("not patches: " + e.getMessage(), e);
        }
    }

    /** Reads the array that the parser stands on. */
    static List<Patch> read(JsonParser json) throws IOException {
        List<Patch> patches = new ArrayList<>(1);
        require(json.currentToken() == JsonToken.START_ARRAY, "a list");
        while (json.nextToken() == JsonToken.START_ARRAY) {
            int position = json.nextIntValue(-1);
            int deleted = json.nextIntValue(-1);
            String inserted = json.nextTextValue();
            require(position >= 0 && deleted >= 0 && inserted != null, "[position, deleted, inserted]");
            patches.add(new Patch(position, deleted, inserted));
            require(json.nextToken() == JsonToken.END_ARRAY, "three items");
        }
        require(json.currentToken() == JsonToken.END_ARRAY, "the list's end");
        return patches;
    }

    private static void require(boolean holds, String what) {
        if (!holds) {
            throw new IllegalArgumentException("not patches: " + what + " expected");
        }
    }
}
