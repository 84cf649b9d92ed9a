// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.file;

import io.natspersist.protocol.BadMessage;
import io.natspersist.protocol.Json;
import io.natspersist.worker.change.LargeValue;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** The column {@code large}: a JSON object that says where a value is that came in parts; null: it is no such value. */
final class LargeColumn {

    private record Fields(String upload, long size, int parts, String crc32c) {}

    private LargeColumn() {}

    static @Nullable String text(@Nullable LargeValue large) {
        return large == null
                ? null
                : new String(Json.write(new Fields(large.upload(), large.size(), large.parts(),
                        HexFormat.of().toHexDigits(large.crc32c()))), StandardCharsets.UTF_8);
    }

    static @Nullable LargeValue value(@Nullable String text) throws Damaged {
        if (text == null) {
            return null;
        }
        try {
            Fields fields = Json.read(text.getBytes(StandardCharsets.UTF_8), Fields.class);
            return new LargeValue(fields.upload, fields.size, fields.parts, HexFormat.fromHexDigits(fields.crc32c));
        } catch (BadMessage | IllegalArgumentException e) {
            throw new Damaged("a large value that is none: " + e.getMessage());
        }
    }
}
