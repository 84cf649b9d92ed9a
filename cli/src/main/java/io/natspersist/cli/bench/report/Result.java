// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.bench.report;

import io.natspersist.cli.bench.measure.Outcome;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One workload of a run.
 *
 * @param outcome null: it failed
 * @param failure why; null: it did not
 */
public record Result(String name, String title, double seconds, @Nullable Outcome outcome, @Nullable String failure) {

    /** One run: all that was asked for, in the order in which it was done. */
    public record Run(Machine machine, String started, String scale, List<Result> results) {
        public Run {
            results = List.copyOf(results);
        }
    }
}
