// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.bench.measure;

import java.util.concurrent.CompletableFuture;

/** Something that is asked for again and again. */
@FunctionalInterface
public interface Request {

    /** Starts request {@code n}, from 0; the future is done when it is answered. */
    CompletableFuture<?> start(int n);
}
