// SPDX-License-Identifier: Apache-2.0
package io.natspersist.settings;

import java.util.Locale;

/** Something that a process can be told, in the environment or by a flag. */
public interface Setting {

    /** In capitals, with {@code _} between words. */
    String name();

    /** What it is without being told; empty: nothing. */
    String fallback();

    /** In a few words, for whoever sets it. */
    String meaning();

    /** In the environment. */
    String variable();

    default String flag() {
        return "--" + name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
