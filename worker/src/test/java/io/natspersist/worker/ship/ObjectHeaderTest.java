// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.ship;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.natspersist.protocol.table.Incarnation;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/** The bytes are persisted; these were made by another program from the table in docs/journal-format.md. */
class ObjectHeaderTest {

    private static final Incarnation JOURNAL = new Incarnation("w0", 7);
    private static final String SEAL = "50455253495354530000000100000000000000090000000000000000112233445566778800000000"
            + "00000000000000000000000000000000000000000000000000000000000000070277300000000000"
            + "00000000000000000000000000000000000000000000000000000000000000000000000000000000"
            + "00000000000000000000000000000000000000000000000000000000000000000000000031c0deb7";
    private static final String GROUPS = "50455253495354530000000100000000000000080000000000000003010203040506070800000000"
            + "00000029000000000000002c000013880000012c0102030400000000000000070277300000000000"
            + "00000000000000000000000000000000000000000000000000000000000000000000000000000000"
            + "000000000000000000000000000000000000000000000000000000000000000000000000f8d84490";

    private static String hex(ObjectHeader header) {
        ByteBuffer bytes = ByteBuffer.allocate(ObjectHeader.BYTES);
        header.write(bytes);
        return HexFormat.of().formatHex(bytes.array());
    }

    private static ObjectHeader read(String hex) throws DamagedObject {
        return ObjectHeader.read(ByteBuffer.wrap(HexFormat.of().parseHex(hex)));
    }

    @Test
    void theBytesOfASealStayAsTheyAre() throws DamagedObject {
        ObjectHeader seal = ObjectHeader.seal(JOURNAL, 9, 0x1122334455667788L);

        assertThat(hex(seal)).isEqualTo(SEAL);
        assertThat(read(SEAL)).isEqualTo(seal);
        assertThat(seal.isSeal()).isTrue();
    }

    @Test
    void theBytesOfAnObjectsHeaderStayAsTheyAre() throws DamagedObject {
        ObjectHeader header = new ObjectHeader(JOURNAL, 8, 3, 0x0102030405060708L, 41, 44, 5_000, 300, 0x01020304);

        assertThat(hex(header)).isEqualTo(GROUPS);
        assertThat(read(GROUPS)).isEqualTo(header);
        assertThat(header.isSeal()).isFalse();
    }

    @Test
    void anotherVersionIsRefusedByItsNumber() {
        String other = GROUPS.substring(0, 23) + "2" + GROUPS.substring(24);

        assertThatThrownBy(() -> read(other)).isInstanceOf(DamagedObject.class)
                .hasMessage("header: version 2, and this reads version 1");
    }
}
