// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.bench.workload;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What is measured, and where.
 *
 * @param directory on the disk that is measured; what is made there is the caller's to remove
 * @param valueBytes of each value, unless a workload has its own
 * @param inFlight how many requests are under way at once where many are
 * @param turnSeconds how long a turn is, where it is a time; null: as the scale says
 * @param turns how many each contender has; null: as the scale says
 * @param traces a folder of recorded editing; null: typing is made up
 */
public record LabSettings(Path directory, Scale scale, int valueBytes, int inFlight,
        @Nullable Double turnSeconds, @Nullable Integer turns, @Nullable Path traces) {

    /** @throws IllegalArgumentException when a number makes no sense */
    public LabSettings {
        if (valueBytes < 1 || inFlight < 1 || (turns != null && turns < 1)
                || (turnSeconds != null && !(turnSeconds > 0))) {
            throw new IllegalArgumentException(
                    "values need a byte, one request must be under way, and a turn must be and take time");
        }
    }
}
