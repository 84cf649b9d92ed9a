// SPDX-License-Identifier: Apache-2.0
package io.natspersist.metrics;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/**
 * A process as it is watched from outside.
 *
 * @param <S> how it stands at one moment
 */
public interface Observed<S> {

    /** Labels that all its metrics have. */
    Map<String, String> tags();

    List<Metric<S>> metrics();

    /** How it stands now. Completed by the process's own loop: where that hangs, never. From any thread. */
    CompletableFuture<S> moment();

    /** Why it should be killed; empty: it lives. */
    List<String> hung(S moment);

    /** Why it cannot serve just now; empty: it can. */
    List<String> notReady(S moment);
}
