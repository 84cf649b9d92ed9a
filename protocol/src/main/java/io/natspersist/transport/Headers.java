// SPDX-License-Identifier: Apache-2.0
package io.natspersist.transport;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Message headers: an immutable list of names and values in order, names case-sensitive and possibly repeated. A name is
 * visible ASCII without a colon; a value is any text without CR and LF. On the way, spaces before and after a value may be
 * lost.
 */
public final class Headers {

    public static final Headers NONE = new Headers(new String[0]);

    /** name, value, name, value, ... */
    private final String[] pairs;

    private Headers(String[] pairs) {
        this.pairs = pairs;
    }

    /**
     * @param pairs name, value, name, value, ...
     * @throws IllegalArgumentException when a name or value is not legal
     */
    public static Headers of(String... pairs) {
        if (pairs.length % 2 != 0) {
            throw new IllegalArgumentException("a header without a value: " + pairs[pairs.length - 1]);
        }
        for (int i = 0; i < pairs.length; i += 2) {
            if (!isName(pairs[i])) {
                throw new IllegalArgumentException("'" + pairs[i] + "' is not a header's name");
            }
            if (!isValue(pairs[i + 1])) {
                throw new IllegalArgumentException("the value of header " + pairs[i] + " has a line break");
            }
        }
        return pairs.length == 0 ? NONE : new Headers(pairs.clone());
    }

    /** Whether a text can name a header. */
    public static boolean isName(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c <= ' ' || c > '~' || c == ':') {
                return false;
            }
        }
        return !text.isEmpty();
    }

    /** Whether a text can be a header's value. */
    public static boolean isValue(String text) {
        return text.indexOf('\r') < 0 && text.indexOf('\n') < 0;
    }

    public static Builder builder() {
        return new Builder();
    }

    /** The first value under that name. */
    public @Nullable String first(String name) {
        for (int i = 0; i < pairs.length; i += 2) {
            if (pairs[i].equals(name)) {
                return pairs[i + 1];
            }
        }
        return null;
    }

    public boolean isEmpty() {
        return pairs.length == 0;
    }

    /** How many name-value pairs there are. */
    public int size() {
        return pairs.length / 2;
    }

    /** How many characters all names and values have together. */
    public long length() {
        long length = 0;
        for (String text : pairs) {
            length += text.length();
        }
        return length;
    }

    /** How many times there is a header of that name. */
    public int count(String name) {
        int count = 0;
        for (int i = 0; i < pairs.length; i += 2) {
            count += pairs[i].equals(name) ? 1 : 0;
        }
        return count;
    }

    public void forEach(BiConsumer<String, String> action) {
        for (int i = 0; i < pairs.length; i += 2) {
            action.accept(pairs[i], pairs[i + 1]);
        }
    }

    /** Those whose names pass, in order. */
    public Headers filter(Predicate<String> name) {
        if (isEmpty()) {
            return this;
        }
        List<String> kept = new ArrayList<>();
        forEach((n, v) -> {
            if (name.test(n)) {
                kept.add(n);
                kept.add(v);
            }
        });
        return kept.size() == pairs.length ? this : of(kept.toArray(String[]::new));
    }

    /** These and then those. */
    public Headers and(Headers other) {
        if (other.isEmpty()) {
            return this;
        }
        if (isEmpty()) {
            return other;
        }
        String[] all = Arrays.copyOf(pairs, pairs.length + other.pairs.length);
        System.arraycopy(other.pairs, 0, all, pairs.length, other.pairs.length);
        return new Headers(all);
    }

    @Override
    public boolean equals(@Nullable Object o) {
        return o instanceof Headers other && Arrays.equals(pairs, other.pairs);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(pairs);
    }

    @Override
    public String toString() {
        return Arrays.toString(pairs);
    }

    /** Collects headers in order. */
    public static final class Builder {
        private final List<String> pairs = new ArrayList<>();

        public Builder add(String name, String value) {
            pairs.add(name);
            pairs.add(value);
            return this;
        }

        public Builder add(String name, long value) {
            return add(name, Long.toString(value));
        }

        /** Adds nothing when there is no value. */
        public Builder addIfPresent(String name, @Nullable String value) {
            return value == null ? this : add(name, value);
        }

        public Headers build() {
            return of(pairs.toArray(String[]::new));
        }
    }
}
