// SPDX-License-Identifier: Apache-2.0
package io.natspersist.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StreamPathTest {

    private record Vector(String stream, String path) {}

    @Test
    void pathsAreWhatTheVectorsSay() {
        assertThat(Vectors.read("path-vectors.json", Vector[].class)).hasSizeGreaterThan(20)
                .allSatisfy(v -> assertThat(StreamPath.of(new StreamName(v.stream()))).isEqualTo(v.path()));
    }

    @Test
    void everyLegalNameHasASafePathOfItsOwnThatLeadsBackToIt() {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        RandomNames names = new RandomNames(new Random(seed));
        Map<String, StreamName> taken = new HashMap<>();
        int abbreviated = 0;
        for (int i = 0; i < 50_000; i++) {
            StreamName name = names.next();
            String path = StreamPath.of(name);
            assertThat(path.length()).isBetween(1, StreamPath.MAX_BYTES);
            for (String component : path.split("/", -1)) {
                assertThat(component).matches("[a-z0-9_%+=][a-z0-9_%+-]*").hasSizeLessThanOrEqualTo(
                        StreamPath.MAX_COMPONENT);
            }
            assertThat(path).isEqualTo(path.toLowerCase(Locale.ROOT));
            StreamName before = taken.putIfAbsent(path, name);
            assertThat(before == null || before.equals(name)).as("%s and %s", before, name).isTrue();
            Optional<StreamName> back = StreamPath.parse(path);
            abbreviated += back.isEmpty() ? 1 : 0;
            assertThat(back.orElse(name)).isEqualTo(name);
            assertThat(back.isEmpty()).isEqualTo(path.contains("="));
        }
        assertThat(abbreviated).isPositive();
    }

    @Test
    void aNameIsAbbreviatedOnlyWhereItMust() {
        assertThat(StreamPath.of(new StreamName("x".repeat(200)))).isEqualTo("x".repeat(200));
        assertThat(StreamPath.of(new StreamName("x".repeat(201)))).matches("=[0-9a-f]{64}");
        String fits = "a".repeat(100) + "." + "b".repeat(154);
        assertThat(StreamPath.of(new StreamName(fits))).hasSize(255).isEqualTo(fits.replace('.', '/'));
        assertThat(StreamPath.of(new StreamName(fits + "b"))).matches("a{100}/=[0-9a-f]{64}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/", "a/", "/a", "a//b", ".", "..", "a/../b", "a.b", "A", "-a", "%61", "%C3%9f", "%2",
            "%",
            "%zz", "+", "+A", "+1", "a+", "ä", "=abc", "=", "a=", "%2a", "%3e", "%2e", "%20", "%00", "a\\b", "~",
            "%ff"})
    void whatIsNotAPathIsRefused(String path) {
        assertThatThrownBy(() -> StreamPath.parse(path)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("is not the path of a stream");
    }
}
