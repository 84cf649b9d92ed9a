// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class CodePointTextTest {

    @Test
    void countsAPairOfSurrogatesAsOnePosition() {
        CodePointText text = new CodePointText("a🐦b");
        text.apply(new Patch(2, 1, "c🎈"));
        assertThat(text).hasToString("a🐦c🎈");
        assertThat(text.length()).isEqualTo(4);
    }

    @Test
    void refusesAPatchBeyondTheTextAndStaysAsItWas() {
        CodePointText text = new CodePointText("abc");
        assertThatThrownBy(() -> text.apply(new Patch(2, 2, "x"))).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("at 2").hasMessageContaining("3 code points");
        assertThatThrownBy(() -> text.apply(new Patch(4, 0, "x"))).isInstanceOf(IllegalArgumentException.class);
        assertThat(text).hasToString("abc");
    }

    @Test
    void agreesWithAListOfCodePointsAfterEveryEdit() {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        SplittableRandom random = new SplittableRandom(seed);
        CodePointText text = new CodePointText("");
        List<Integer> model = new ArrayList<>();
        for (int i = 0; i < 3_000; i++) {
            int position = random.nextInt(model.size() + 1);
            int deleted = random.nextInt(Math.min(20, model.size() - position) + 1);
            int[] inserted = random.ints(random.nextInt(25), 1, Character.MIN_SUPPLEMENTARY_CODE_POINT + 1_000)
                    .filter(point -> !Character.isSurrogate((char) point) || point > 0xFFFF).toArray();
            text.apply(new Patch(position, deleted, new String(inserted, 0, inserted.length)));
            model.subList(position, position + deleted).clear();
            for (int j = 0; j < inserted.length; j++) {
                model.add(position + j, inserted[j]);
            }
            assertThat(text.toString().codePoints().toArray()).isEqualTo(model.stream().mapToInt(p -> p).toArray());
        }
    }
}
