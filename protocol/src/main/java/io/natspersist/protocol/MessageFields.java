// SPDX-License-Identifier: Apache-2.0
package io.natspersist.protocol;

import io.natspersist.transport.Headers;
import org.jspecify.annotations.Nullable;

/** The fields that messages and changes have in common, while they are read. A number is -1 until its field came. */
final class MessageFields {

    long seq = -1;
    long time = -1;
    long change = -1;
    long expires;
    @Nullable
    String key;
    @Nullable
    String msgId;
    Headers headers = Headers.NONE;
    byte @Nullable [] value;
    long largeSize;

    /** Reads one field; passes over those that are not known here. */
    void read(String name, PackReader from) {
        switch (name) {
            case "s" -> seq = from.number();
            case "t" -> time = from.number();
            case "c" -> change = from.number();
            case "x" -> expires = from.number();
            case "k" -> key = from.text();
            case "i" -> msgId = from.text();
            case "h" -> headers = from.headers();
            case "z" -> largeSize = from.number();
            case "v" -> value = from.binary();
            default -> from.skip();
        }
    }

    long seq() {
        return required("s", seq);
    }

    long time() {
        return required("t", time);
    }

    long change() {
        return required("c", change);
    }

    static long required(String field, long number) {
        if (number < 0) {
            throw new BadMessage(field, "is missing");
        }
        return number;
    }
}
