// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.bench.measure;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The processes that take part.
 *
 * @param pids by what they do: {@code client}, {@code nats-server}, {@code worker}
 */
public record Processes(Map<String, List<Long>> pids) {

    public Processes {
        pids = new LinkedHashMap<>(pids);
    }

    /** With this process as the client. */
    public static Processes withClient(Map<String, List<Long>> others) {
        Map<String, List<Long>> all = new LinkedHashMap<>();
        all.put("client", List.of(ProcessHandle.current().pid()));
        all.putAll(others);
        return new Processes(all);
    }

    /** The CPU time that each kind has had, in nanoseconds; kinds for which the system does not say are missing. */
    public Map<String, Long> cpuNanos() {
        Map<String, Long> nanos = new LinkedHashMap<>();
        pids.forEach((what, those) -> {
            long sum = those.stream().map(ProcessHandle::of).flatMap(Optional::stream)
                    .map(process -> process.info().totalCpuDuration()).flatMap(Optional::stream)
                    .mapToLong(Duration::toNanos).sum();
            if (sum > 0) {
                nanos.put(what, sum);
            }
        });
        return nanos;
    }
}
