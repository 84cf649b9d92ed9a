// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.stream;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.natspersist.client.StreamMessage;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * A message as JSON: a value that is UTF-8 is text under "value", any other is under "base64", an absent one is left out; of a
 * large one its "size" is told.
 */
public final class MessageJson {

    private MessageJson() {}

    public static ObjectNode of(StreamMessage message) {
        ObjectNode json = JsonNodeFactory.instance.objectNode().put("seq", message.seq()).put("time", message.time())
                .put("change",
                        message.change());
        if (message.expires() != 0) {
            json.put("expires", message.expires());
        }
        if (message.key() != null) {
            json.put("key", message.key());
        }
        if (message.msgId() != null) {
            json.put("id", message.msgId());
        }
        if (!message.headers().isEmpty()) {
            ArrayNode headers = json.putArray("headers");
            message.headers().forEach((name, value) -> headers.addArray().add(name).add(value));
        }
        byte[] value = message.value();
        if (value != null) {
            String text = utf8(value);
            if (text != null) {
                json.put("value", text);
            } else {
                json.put("base64", value);
            }
        } else if (message.large()) {
            json.put("size", message.size());
        }
        return json;
    }

    /** Null where the bytes are no UTF-8. */
    static @Nullable String utf8(byte[] value) {
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(value)).toString();
        } catch (CharacterCodingException e) {
            return null;
        }
    }
}
