// SPDX-License-Identifier: Apache-2.0
package io.natspersist.e2e.simulation;

import org.jspecify.annotations.Nullable;

/** A stored message, as the oracle looks at it. */
record Item(long seq, @Nullable String key, @Nullable String value) {}
