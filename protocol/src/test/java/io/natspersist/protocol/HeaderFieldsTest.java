// SPDX-License-Identifier: Apache-2.0
package io.natspersist.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.natspersist.transport.Headers;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HeaderFieldsTest {

    private static HeaderFields fields(String... pairs) {
        return new HeaderFields(Headers.of(pairs));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "+1", "-1", "-0", "1 ", " 1", "1.0", "1e3", "0x10", "1_000", "١", "９", "a",
            "9223372036854775808", "99999999999999999999", "00000000000000000001", "1,2"})
    void whatIsNoPlainNumberIsRefusedByName(String text) {
        assertThatThrownBy(() -> fields("Persist-Seq", text).number("Persist-Seq")).isInstanceOf(BadMessage.class)
                .hasMessage("Persist-Seq is not a decimal number from 0 to 2^63-1")
                .extracting(e -> ((BadMessage) e).field())
                .isEqualTo("Persist-Seq");
    }

    @Test
    void numbersReachFromZeroToTheLargestLong() {
        assertThat(fields("A", "0").number("A")).hasValue(0);
        assertThat(fields("A", "9223372036854775807").number("A", 1)).isEqualTo(Long.MAX_VALUE);
        assertThat(fields("A", "007").required("A")).isEqualTo(7);
        assertThat(fields().number("A", 5)).isEqualTo(5);
        assertThatThrownBy(() -> fields().required("A")).hasMessage("A is missing");
    }

    @Test
    void aHeaderGivenTwiceIsRefused() {
        assertThatThrownBy(() -> fields("A", "1", "A", "1").number("A")).hasMessage("A is given twice");
        assertThatThrownBy(() -> fields("A", "x", "A", "y").text("A")).hasMessage("A is given twice");
        assertThat(fields("A", "1", "a", "2").number("A")).hasValue(1);
    }

    @Test
    void aFlagIsTrueOrFalse() {
        assertThat(fields("F", "true").flag("F")).isTrue();
        assertThat(fields("F", "false").flag("F")).isFalse();
        assertThat(fields().flag("F")).isFalse();
        assertThatThrownBy(() -> fields("F", "TRUE").flag("F")).hasMessageStartingWith("F ");
        assertThatThrownBy(() -> fields("F", "").flag("F")).hasMessageStartingWith("F ");
    }

    @Test
    void seqsAreSeparatedByCommas() {
        assertThat(fields("S", "3,1,2").seqs("S", 3)).isEqualTo(List.of(3L, 1L, 2L));
        assertThat(fields().seqs("S", 3)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ",", "1,", ",1", "1,,2", "1, 2", "0", "1,1", "1,2,3,4", "-1", "1;2"})
    void malformedSeqsAreRefused(String text) {
        assertThatThrownBy(() -> fields("S", text).seqs("S", 3)).isInstanceOf(BadMessage.class)
                .hasMessageStartingWith("S ");
    }

    @Test
    void aVeryLongListIsRefusedBeforeItIsRead() {
        assertThatThrownBy(() -> fields("S", "1,".repeat(1_000_000)).seqs("S", 1_000))
                .hasMessageContaining("more than");
    }

    @ParameterizedTest
    @ValueSource(strings = {"Persist-Expect-last-Seq", "persist-seq", "PERSIST-SEQ", "Persist-", "Persist-Key"})
    void aMisspelledHeaderOfTheProtocolIsRefused(String name) {
        Set<String> known = Set.of("Persist-Seq", "Persist-Expect-Last-Seq");
        assertThatThrownBy(() -> fields("Persist-Seq", "1", name, "1").allowOnly(known)).hasMessageStartingWith(name);
    }

    @Test
    void otherHeadersBelongToTheMessage() {
        HeaderFields fields = fields("Persist-Seq", "1", "Mine", "a", "Nats-Msg-Id", "i", "Mine", "b");
        fields.allowOnly(Set.of("Persist-Seq"));
        assertThat(fields.ofMessage()).isEqualTo(Headers.of("Mine", "a", "Mine", "b"));
    }
}
