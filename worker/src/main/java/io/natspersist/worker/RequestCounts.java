// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker;

import io.natspersist.metrics.Times;
import io.natspersist.protocol.ErrorCode;
import io.natspersist.protocol.ServiceError;
import io.natspersist.protocol.service.EndpointStats;
import io.natspersist.worker.metrics.OperationCounts;
import java.util.Collection;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What became of requests, by operation. Counting is confined to the worker's loop and costs some nanoseconds; errors, which may
 * also be counted at the door, before the loop, cost some more.
 */
final class RequestCounts {

    /** Under this name go requests for operations that there are not. */
    static final String UNKNOWN = "unknown";

    private final Map<String, Counts> byOperation = new LinkedHashMap<>();
    private final Counts unknown = new Counts();

    RequestCounts(Collection<String> operations) {
        operations.forEach(operation -> byOperation.put(operation, new Counts()));
    }

    /** From any thread. */
    Counts of(String operation) {
        return byOperation.getOrDefault(operation, unknown);
    }

    /** One operation's. */
    static final class Counts {
        private final Times times = new Times();
        private final Map<ErrorCode, LongAdder> errors = new EnumMap<>(ErrorCode.class);
        private long good;
        private volatile @Nullable ServiceError last;

        Counts() {
            for (ErrorCode code : ErrorCode.values()) {
                errors.put(code, new LongAdder());
            }
        }

        /** On the loop. */
        void answered(@Nullable ServiceError error, long nanos) {
            times.record(nanos);
            if (error == null) {
                good++;
            } else {
                refused(error);
            }
        }

        /** From any thread. */
        void refused(ServiceError error) {
            errors.computeIfAbsent(error.code(), code -> new LongAdder()).increment();
            last = error;
        }

        private EndpointStats endpoint(String operation, String subject) {
            long failed = errors.values().stream().mapToLong(LongAdder::sum).sum();
            ServiceError error = last;
            return new EndpointStats(operation, subject, "", good + failed, failed,
                    error == null ? "" : error.code().number() + ":" + error.text(), times.nanos());
        }

        private OperationCounts counts() {
            Map<String, Long> outcomes = new TreeMap<>();
            outcomes.put(OperationCounts.OK, good);
            errors.forEach((code, count) -> {
                if (count.sum() > 0) {
                    outcomes.put(code.name(), count.sum());
                }
            });
            return new OperationCounts(outcomes, times.distribution());
        }
    }

    /** On the loop. */
    List<EndpointStats> endpoints(Function<String, String> subject) {
        return byOperation.entrySet().stream()
                .map(e -> e.getValue().endpoint(e.getKey(), subject.apply(e.getKey()))).toList();
    }

    /** On the loop. */
    Map<String, OperationCounts> counts() {
        Map<String, OperationCounts> all = new LinkedHashMap<>();
        byOperation.forEach((operation, counts) -> all.put(operation, counts.counts()));
        all.put(UNKNOWN, unknown.counts());
        return all;
    }
}
