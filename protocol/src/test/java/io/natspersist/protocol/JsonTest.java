// SPDX-License-Identifier: Apache-2.0
package io.natspersist.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.natspersist.protocol.table.Incarnation;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JsonTest {

    record Inner(String text, @Nullable Long maybe, @Nullable Incarnation owner) {}

    record Outer(long number, boolean flag, Inner inner, List<Inner> list, double ratio) {
        public Outer {
            list = list == null ? List.of() : List.copyOf(list);
        }
    }

    private static Outer read(String json) {
        return Json.read(json.replace('\'', '"').getBytes(StandardCharsets.UTF_8), Outer.class);
    }

    @Test
    void whatWasWrittenIsRead() {
        Outer value = new Outer(Long.MAX_VALUE, true, new Inner("grün", null, new Incarnation("w0", 3)),
                List.of(new Inner("", 5L, null)), 0.5);
        assertThat(Json.read(Json.write(value), Outer.class)).isEqualTo(value);
    }

    @Test
    void listsAndNullableFieldsMayBeAbsentAndUnknownOnesAreIgnored() {
        assertThat(read("{'number':1,'flag':false,'inner':{'text':'a','news':[1,{}]},'ratio':1,'more':null}"))
                .isEqualTo(new Outer(1, false, new Inner("a", null, null), List.of(), 1));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            number              | {'flag':true,'inner':{'text':''},'ratio':1}
            number              | {'number':null,'flag':true,'inner':{'text':''},'ratio':1}
            number              | {'number':'1','flag':true,'inner':{'text':''},'ratio':1}
            number              | {'number':1.5,'flag':true,'inner':{'text':''},'ratio':1}
            number              | {'number':9223372036854775808,'flag':true,'inner':{'text':''},'ratio':1}
            flag                | {'number':1,'flag':'true','inner':{'text':''},'ratio':1}
            flag                | {'number':1,'flag':1,'inner':{'text':''},'ratio':1}
            inner               | {'number':1,'flag':true,'ratio':1}
            inner               | {'number':1,'flag':true,'inner':null,'ratio':1}
            inner               | {'number':1,'flag':true,'inner':[],'ratio':1}
            inner.text          | {'number':1,'flag':true,'inner':{},'ratio':1}
            inner.text          | {'number':1,'flag':true,'inner':{'text':null},'ratio':1}
            inner.text          | {'number':1,'flag':true,'inner':{'text':5},'ratio':1}
            inner.owner         | {'number':1,'flag':true,'inner':{'text':'','owner':'nobody'},'ratio':1}
            list[1].maybe       | {'number':1,'flag':true,'inner':{'text':''},'ratio':1,'list':[{'text':''},{'text':'','maybe':'x'}]}
            list[0]             | {'number':1,'flag':true,'inner':{'text':''},'ratio':1,'list':[null]}
            """)
    void aWrongFieldIsNamed(String field, String json) {
        assertThatThrownBy(() -> read(json)).isInstanceOf(BadMessage.class)
                .extracting(e -> ((BadMessage) e).field())
                .isEqualTo(field);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            ``
            null
            x
            {
            [] []
            {'number':1,'number':2,'flag':true,'inner':{'text':''},'ratio':1}
            {'number':1,'flag':true,'inner':{'text':''},'ratio':1} {}
            """)
    void whatIsNoJsonOrSaysThingsTwiceIsRefused(String json) {
        assertThatThrownBy(() -> read(json)).isInstanceOf(BadMessage.class);
    }
}
