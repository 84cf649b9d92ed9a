// SPDX-License-Identifier: Apache-2.0
package io.natspersist.protocol;

import org.jspecify.annotations.Nullable;

/** Bytes or headers from elsewhere that are not what they should be. */
public final class BadMessage extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final String field;
    private final String problem;

    /**
     * @param field which part is wrong, such as {@code slots[3].owner}; empty: the whole
     * @param problem what is wrong with it
     */
    public BadMessage(String field, String problem, @Nullable Throwable cause) {
        super(field.isEmpty() ? problem : field + " " + problem, cause);
        this.field = field;
        this.problem = problem;
    }

    public BadMessage(String field, String problem) {
        this(field, problem, null);
    }

    public String field() {
        return field;
    }

    /** The same, of a part of {@code outer}. */
    BadMessage within(String outer) {
        String separator = field.isEmpty() || field.startsWith("[") ? "" : ".";
        return new BadMessage(outer + separator + field, problem, getCause());
    }
}
