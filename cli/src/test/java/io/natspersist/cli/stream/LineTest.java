// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.stream;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.natspersist.client.Change;
import io.natspersist.client.Deleted;
import io.natspersist.client.Position;
import io.natspersist.client.Reset;
import io.natspersist.client.Stored;
import io.natspersist.client.StreamMessage;
import io.natspersist.protocol.Cause;
import io.natspersist.transport.Headers;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class LineTest {

    private static final Position AT = new Position(7, 12);

    @Test
    void aStoredMessageIsItsSeq() {
        Line line = Line.of(new Stored(5, AT, false));
        assertThat(line.text()).isEqualTo("5");
        assertThat(line.json()).hasToString("{\"change\":12,\"epoch\":7,\"seq\":5}");
        assertThat(Line.of(new Stored(5, AT, true)).json())
                .hasToString("{\"change\":12,\"epoch\":7,\"seq\":5,\"duplicate\":true}");
    }

    @Test
    void aMessageHasWhatIsThereAndNothingElse() {
        assertThat(Line.of(message("k", "ö\t".getBytes(UTF_8))).json()).hasToString(
                "{\"seq\":5,\"time\":1000,\"change\":12,\"key\":\"k\",\"id\":\"m1\",\"headers\":[[\"A\",\"1\"],[\"A\",\"2\"]],\"value\":\"ö\\t\"}");
        assertThat(Line.of(new StreamMessage(5, 1_000, 0, 12, null, null, Headers.NONE, null)).json())
                .hasToString("{\"seq\":5,\"time\":1000,\"change\":12}");
    }

    @Test
    void aValueThatIsNoTextIsBase64() {
        Line line = Line.of(message(null, new byte[]{(byte) 0xff, 0}));
        assertThat(line.json().get("base64").asText()).isEqualTo("/wA=");
        assertThat(line.json().has("value")).isFalse();
        assertThat(line.text()).isEqualTo("5\t-\t(2 bytes)");
    }

    @Test
    void anEmptyValueDiffersFromNone() {
        assertThat(Line.of(message("k", new byte[0])).text()).isEqualTo("5\tk\t");
        assertThat(Line.of(message("k", null)).text()).isEqualTo("5\tk\t(no value)");
    }

    @Test
    void changesSayWhatTheyDid() {
        assertThat(Line.of(new Change.Set(AT, message("k", "v".getBytes(UTF_8)))).text()).isEqualTo("set\t5\tk\tv");
        assertThat(Line.of(new Change.Delete(AT, List.of(3L, 4L), Cause.ASKED)).text()).isEqualTo("delete\t3,4");
        assertThat(Line.of(new Change.Delete(AT, List.of(3L, 4L), Cause.ASKED)).json())
                .hasToString("{\"op\":\"delete\",\"change\":12,\"epoch\":7,\"seqs\":[3,4]}");
        assertThat(Line.of(new Change.DeleteAll(AT, 9, Cause.ASKED)).json())
                .hasToString("{\"op\":\"deleteAll\",\"change\":12,\"epoch\":7,\"endSeq\":9}");
        assertThat(Line.of(new Reset(Reset.Reason.CHANGES_LOST, 2, AT)).json())
                .hasToString("{\"op\":\"reset\",\"change\":12,\"epoch\":7,\"reason\":\"changes_lost\",\"lost\":2}");
    }

    @Test
    void aDeleteIsACount() {
        assertThat(Line.of(new Deleted(3, AT, false)).text()).isEqualTo("3");
        assertThat(Line.of(new Deleted(0, AT, true)).json())
                .hasToString("{\"change\":12,\"epoch\":7,\"deleted\":0,\"duplicate\":true}");
    }

    private static StreamMessage message(@Nullable String key, byte @Nullable [] value) {
        return new StreamMessage(5, 1_000, 0, 12, key, "m1", Headers.of("A", "1", "A", "2"), value);
    }
}
