// SPDX-License-Identifier: Apache-2.0
package io.natspersist.protocol;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/** The committed data that other languages check their implementations with. */
final class Vectors {

    private Vectors() {}

    static <T> T read(String file, Class<T> type) {
        try (InputStream in = StreamName.class.getResourceAsStream(file)) {
            return Json.read(in.readAllBytes(), type);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
