// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.metrics;

import io.natspersist.metrics.Times.Distribution;
import java.util.Map;

/**
 * One operation's requests since the worker began.
 *
 * @param outcomes how many were answered with each error code, and with {@value #OK}
 * @param times from arrival to answer, of those that were let in
 */
public record OperationCounts(Map<String, Long> outcomes, Distribution times) {

    public static final String OK = "OK";

    public OperationCounts {
        outcomes = Map.copyOf(outcomes);
    }
}
