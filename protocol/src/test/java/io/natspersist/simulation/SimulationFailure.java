// SPDX-License-Identifier: Apache-2.0
package io.natspersist.simulation;

import org.jspecify.annotations.Nullable;

/** A simulated run went wrong. The message begins with the seed that repeats it. */
public final class SimulationFailure extends AssertionError {
    private static final long serialVersionUID = 1;

    private final long seed;

    public SimulationFailure(long seed, String what, @Nullable Throwable cause) {
        super("seed " + seed + ": " + what, cause);
        this.seed = seed;
    }

    public long seed() {
        return seed;
    }
}
