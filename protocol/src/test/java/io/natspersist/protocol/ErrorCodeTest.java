// SPDX-License-Identifier: Apache-2.0
package io.natspersist.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ErrorCodeTest {

    private record Entry(String code, int number, boolean retryable, boolean noSideEffects) {}

    /** A code that was ever published stays as it is; a new one is added to the file, at the end or among its like. */
    @Test
    void theCatalogueIsWhatErrorsJsonSays() {
        Entry[] known = Stream.of(ErrorCode.values())
                .map(c -> new Entry(c.name(), c.number(), c.retryable(), c.noSideEffects()))
                .toArray(Entry[]::new);
        assertThat(known).containsExactly(Vectors.read("errors.json", Entry[].class));
    }
}
