// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.natspersist.protocol.HeaderNames;
import io.natspersist.transport.Message;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What answers to {@link FuzzedRequest}s can be held against. */
final class ExpectedAnswers {

    private static final ObjectMapper JSON = new ObjectMapper();

    private ExpectedAnswers() {}

    /** What an answer must satisfy. It may be asked after later requests were performed. */
    interface Answer {
        void check(Message answer);
    }

    /** Which of several checks comes first is not said. */
    static Answer oneOf(Set<String> errors) {
        return answer -> {
            String error = answer.headers().first(HeaderNames.ERROR);
            if (error == null || !errors.contains(error)) {
                throw new AssertionError("error: " + error + " where one of " + errors + " was expected");
            }
        };
    }

    static Answer fields(Map<String, Object> expected) {
        return answer -> {
            JsonNode got = json(answer);
            expected.forEach((name, value) -> same(value,
                    value instanceof Boolean ? got.path(name).asBoolean() : (Object) got.path(name).asLong(-1), name));
            same(expected.containsKey("duplicate"), got.has("duplicate"), "whether it is a duplicate");
        };
    }

    static JsonNode json(Message answer) {
        noError(answer);
        try {
            return JSON.readTree(answer.payload());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static void noError(Message answer) {
        same(null, answer.headers().first(HeaderNames.ERROR), "error");
    }

    static void same(@Nullable Object expected, @Nullable Object actual, String what) {
        if (!Objects.equals(expected, actual)) {
            throw new AssertionError(what + ": " + actual + " where " + expected + " was expected");
        }
    }

    static void sameBytes(byte @Nullable [] expected, byte @Nullable [] actual) {
        if (!Arrays.equals(expected, actual)) {
            throw new AssertionError("another value");
        }
    }
}
