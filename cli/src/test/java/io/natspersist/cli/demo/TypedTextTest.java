// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.natspersist.cli.replay.EditTrace;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class TypedTextTest {

    private static final String TEXT = "Dear reader, this is typed. It is! Is it? Ö🐦 and more words.\nThe end. Really";

    @Test
    void inTheEndTheTextIsThere() {
        for (int seed = 0; seed < 200; seed++) {
            EditTrace trace = TypedText.type("t", TEXT, new SplittableRandom(seed));
            assertThat(trace.end()).as("seed %d", seed).isEqualTo(TEXT);
            assertThat(trace.first(Integer.MAX_VALUE)).isSameAs(trace);
            assertThat(trace.transactions().size()).isGreaterThanOrEqualTo(TEXT.codePointCount(0, TEXT.length()));
        }
    }

    @Test
    void theSameSeedTypesTheSameWay() {
        assertThat(TypedText.type("t", TEXT, new SplittableRandom(7)))
                .isEqualTo(TypedText.type("t", TEXT, new SplittableRandom(7)));
    }

    @Test
    void itIsNotTypedFromLeftToRight() {
        EditTrace trace = TypedText.type("t", TEXT, new SplittableRandom(3));
        assertThat(trace.transactions()).anyMatch(key -> key.patches().getFirst().deleted() > 0);
        assertThat(trace.transactions().stream().map(key -> key.patches().getFirst().position()).toList())
                .isNotEqualTo(trace.transactions().stream().map(key -> key.patches().getFirst().position()).sorted()
                        .toList());
    }
}
