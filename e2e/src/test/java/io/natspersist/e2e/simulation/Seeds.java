// SPDX-License-Identifier: Apache-2.0
package io.natspersist.e2e.simulation;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongFunction;

/** Runs one seed after the other on all cores, until one fails, or enough have passed. */
final class Seeds {

    /** A run that failed, and what it printed. */
    record Failed(long seed, List<String> problems, Path trace) {
        @Override
        public String toString() {
            return "seed " + seed + " failed; to run it again:\n  " + replay(seed) + "\ntrace: " + trace + "\n"
                    + String.join("\n", problems.subList(0, Math.min(5, problems.size())));
        }
    }

    /** What came of them. */
    record Report(long runs, Simulation.Figures figures, List<Failed> failed, long millis) {
        @Override
        public String toString() {
            return "simulation: " + runs + " seeds in " + millis + " ms (" + runs * 1_000 / Math.max(1, millis)
                    + " a second), " + failed.size() + " failed; " + figures.virtualMillis() / 1_000
                    + " virtual seconds, " + figures.steps() + " steps, " + figures.calls() + " calls, "
                    + figures.acknowledged() + " acknowledged writes, " + figures.changes() + " changes, "
                    + figures.resets() + " resets, " + figures.lost() + " allowed losses, " + figures.unchecked()
                    + " streams with a cut log" + (figures.s3Calls() == 0 ? "" : "; " + tiered());
        }

        private String tiered() {
            return figures.tiered().archived() + " archives, " + figures.tiered().evicted() + " evictions, "
                    + figures.tiered().restored() + " files brought back, " + figures.tiered().mended()
                    + " of which were damaged or gone, " + figures.s3Calls() + " calls of S3, " + figures.s3Failures()
                    + " of which failed, in " + figures.s3Outages() + " outages";
        }
    }

    private Seeds() {}

    static String replay(long seed) {
        return "./persist test --quick -Dtest=SimulationTest -Dsimulation.seed=" + seed;
    }

    /** Seeds from {@code first} on; {@code -Dsimulation.seed} names another one to be run alone. */
    static Report run(long first, long atMost, long millis, LongFunction<Scenario> scenario) {
        Long only = Long.getLong("simulation.seed");
        AtomicLong next = new AtomicLong(only == null ? first : only);
        long end = only == null ? first + atMost : only + 1;
        long began = System.nanoTime();
        long deadline = began + TimeUnit.MILLISECONDS.toNanos(millis);
        AtomicBoolean stop = new AtomicBoolean();
        Report sum = new Report(0, Simulation.Figures.NONE, List.of(), 0);
        try (ExecutorService threads = Executors.newFixedThreadPool(
                Runtime.getRuntime().availableProcessors(), Thread.ofVirtual().factory())) {
            List<Future<Report>> parts = new ArrayList<>();
            for (int i = 0; i < Runtime.getRuntime().availableProcessors(); i++) {
                parts.add(threads.submit(() -> runSome(next, end, deadline, stop, scenario)));
            }
            for (Future<Report> part : parts) {
                sum = sum(sum, part.get());
            }
        } catch (InterruptedException | java.util.concurrent.ExecutionException e) {
            throw new IllegalStateException(e);
        }
        return new Report(sum.runs, sum.figures, sum.failed, TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began));
    }

    private static Report runSome(AtomicLong next, long end, long deadline, AtomicBoolean stop,
            LongFunction<Scenario> scenario) {
        long runs = 0;
        Simulation.Figures figures = Simulation.Figures.NONE;
        List<Failed> failed = new ArrayList<>();
        while (!stop.get() && System.nanoTime() < deadline) {
            long seed = next.getAndIncrement();
            if (seed >= end) {
                break;
            }
            Simulation.Outcome outcome = Simulation.run(scenario.apply(seed));
            runs++;
            figures = figures.plus(outcome.figures());
            if (!outcome.problems().isEmpty()) {
                failed.add(new Failed(seed, outcome.problems(), trace(scenario.apply(seed))));
                stop.set(!Boolean.getBoolean("simulation.all"));
            }
        }
        return new Report(runs, figures, failed, 0);
    }

    private static Report sum(Report a, Report b) {
        List<Failed> failed = new ArrayList<>(a.failed);
        failed.addAll(b.failed);
        failed.sort(Comparator.comparingLong(Failed::seed));
        return new Report(a.runs + b.runs, a.figures.plus(b.figures), failed, 0);
    }

    /** Runs it once more, and writes down what happens. */
    static Path trace(Scenario scenario) {
        Path file = Path.of("target", "simulation", "seed-" + scenario.seed() + ".txt").toAbsolutePath();
        List<String> lines = new ArrayList<>();
        Simulation.Outcome outcome = Simulation.run(scenario, lines::add);
        lines.addAll(outcome.problems());
        try {
            Files.createDirectories(file.getParent());
            Files.write(file, lines);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return file;
    }
}
