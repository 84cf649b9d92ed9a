// SPDX-License-Identifier: Apache-2.0
package io.natspersist.operator;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.natspersist.protocol.BadMessage;
import io.natspersist.protocol.Json;
import io.natspersist.protocol.table.AssignmentTable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * A table as it stands in a ConfigMap: JSON that people can read, and its CRC-32C, by which their edits are noticed.
 *
 * @param name of the ConfigMap
 */
public record TableText(String name, String json, String crc) {

    private static final String TABLE = "table.json";
    private static final String CRC = "crc32c";

    public static TableText in(ConfigMap map) {
        Map<String, String> data = map.getData() == null ? Map.of() : map.getData();
        return new TableText(map.getMetadata().getName(), data.getOrDefault(TABLE, ""), data.getOrDefault(CRC, ""));
    }

    public static TableText of(AssignmentTable table) {
        String json = new String(Json.write(table), StandardCharsets.UTF_8);
        return new TableText("", json, crcOf(json));
    }

    public ConfigMap into(ConfigMap map) {
        return new ConfigMapBuilder(map).withData(Map.of(TABLE, json, CRC, crc)).withBinaryData(null).build();
    }

    /** Whether it is as some coordinator wrote it. */
    boolean isWhole() {
        return crcOf(json).equals(crc);
    }

    /** @throws IOException where it is damaged; the message says what to do */
    public AssignmentTable table() throws IOException {
        if (!isWhole()) {
            throw damaged("its checksum is wrong", null);
        }
        try {
            return Json.read(json.getBytes(StandardCharsets.UTF_8), AssignmentTable.class);
        } catch (BadMessage e) {
            throw damaged(String.valueOf(e.getMessage()), e);
        }
    }

    /** Whether this is certainly not what another coordinator has stored after {@code known}. */
    boolean isSpoilt(AssignmentTable known) {
        try {
            AssignmentTable there = table();
            return there.version() < known.version() || (there.version() == known.version() && !there.equals(known));
        } catch (IOException e) {
            return true;
        }
    }

    private IOException damaged(String why, @Nullable Exception cause) {
        return new IOException("the assignment table in the ConfigMap " + name + " is damaged (" + why
                + "). Put a good copy in its place, or delete it while the workers run: the table is then rebuilt from what they"
                + " report", cause);
    }

    private static String crcOf(String json) {
        CRC32C crc = new CRC32C();
        crc.update(json.getBytes(StandardCharsets.UTF_8));
        return String.format(Locale.ROOT, "%08x", crc.getValue());
    }
}
