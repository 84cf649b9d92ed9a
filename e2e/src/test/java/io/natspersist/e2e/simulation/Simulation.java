// SPDX-License-Identifier: Apache-2.0
package io.natspersist.e2e.simulation;

import io.natspersist.protocol.StreamName;
import io.natspersist.simulation.SimulationFailure;
import io.natspersist.worker.file.FakeStreamFiles.Held;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One run: things go wrong for a while, everything heals, and once it is quiet the oracle is asked. */
final class Simulation {

    /** Long enough for every deadline of a client, every lease, and for a client to look at the table by itself. */
    private static final long QUIET_MILLIS = 150_000;
    /** The longest pause after a failure of the object store, and all that it takes to archive and remove a file. */
    private static final long COLD_MILLIS = 150_000;

    /**
     * What came of a run.
     *
     * @param problems promises that were broken; empty: none
     * @param hash equal for two runs of one scenario
     */
    record Outcome(List<String> problems, long hash, Figures figures) {}

    /** What happened in a run, in numbers. */
    record Figures(long virtualMillis, long steps, long calls, long acknowledged, long changes, long resets, long lost,
            long unchecked, Tiered tiered, long s3Calls, long s3Failures, long s3Outages) {
        Figures plus(Figures o) {
            return new Figures(virtualMillis + o.virtualMillis, steps + o.steps, calls + o.calls,
                    acknowledged + o.acknowledged, changes + o.changes, resets + o.resets, lost + o.lost,
                    unchecked + o.unchecked, tiered.plus(o.tiered), s3Calls + o.s3Calls, s3Failures + o.s3Failures,
                    s3Outages + o.s3Outages);
        }

        static final Figures NONE = new Figures(0, 0, 0, 0, 0, 0, 0, 0, Tiered.NONE, 0, 0, 0);
    }

    /**
     * What became of files.
     *
     * @param mended how many of those that came back were damaged or gone
     */
    record Tiered(long archived, long evicted, long restored, long mended) {
        static final Tiered NONE = new Tiered(0, 0, 0, 0);

        Tiered plus(Tiered o) {
            return new Tiered(archived + o.archived, evicted + o.evicted, restored + o.restored, mended + o.mended);
        }
    }

    private final World world;
    private long changes;

    private Simulation(Scenario scenario) {
        this.world = new World(scenario);
    }

    static Outcome run(Scenario scenario) {
        return run(scenario, null);
    }

    /** @param trace is told line by line what happens; null: nobody wants to know */
    static Outcome run(Scenario scenario, @Nullable Consumer<String> trace) {
        Simulation simulation = new Simulation(scenario);
        if (trace != null) {
            trace.accept(scenario.toString());
            simulation.world.time.traceTo(trace);
        }
        return simulation.run();
    }

    private Outcome run() {
        List<String> problems = new ArrayList<>();
        try {
            world.start();
            new Faults(world).begin();
            world.time.runFor(world.scenario.faultMillis());
            world.heal();
            rest();
        } catch (SimulationFailure failure) {
            problems.add(failure.getMessage() + "\n" + stackOf(failure));
        } finally {
            world.end();
        }
        problems.addAll(world.oracle.problems());
        return new Outcome(problems, world.time.hash(), figures());
    }

    private void rest() {
        if (!world.time.runUntil(
                () -> world.coordinator.settled() && world.clients().stream().allMatch(ClientProcess::idle),
                QUIET_MILLIS)) {
            world.oracle.problem("no rest: " + world.coordinator + ", clients wait: "
                    + world.clients().stream().filter(c -> !c.idle()).map(c -> c.name).toList());
        }
        Inspector inspector = new Inspector(world);
        inspector.calm(world.streams());
        if (world.messagesVanished()) {
            world.streams().forEach(inspector::write);
        }
        if (world.tiered()) {
            allGoesCold();
        }
        List<String> listed = inspector.list();
        for (String stream : world.streams()) {
            Losses.OfStream losses = world.oracle.losses.of(stream, world.scenario.kept(stream));
            FinalView end = inspector.look(stream);
            if (end != null && losses.beginsAnew()) {
                // It ends once nobody has asked for a while, perhaps while the watchers are waited for.
                checkListed(stream, end, inspector.list());
                awaitWatchers(stream, end, losses);
                end = inspector.look(stream);
            } else if (end != null) {
                checkListed(stream, end, listed);
            }
            if (end != null) {
                awaitWatchers(stream, end, losses);
                world.oracle.stream(stream).check(end, losses);
                changes += end.change();
            }
        }
    }

    /** What is looked at afterwards comes back from copies, but where a large value was begun and never shown. */
    private void allGoesCold() {
        if (!world.time.runUntil(() -> warm().isEmpty(), COLD_MILLIS)) {
            world.oracle.problem("never left the volume: " + warm());
        }
    }

    private List<StreamName> warm() {
        return world.files.streams().stream().filter(stream -> {
            Held file = world.files.held(stream);
            return file == null || !file.hasUnusedParts();
        }).toList();
    }

    private void checkListed(String stream, FinalView end, @Nullable List<String> listed) {
        boolean exists = end.change() > 0
                && !(!end.history().isEmpty() && end.history().getLast() instanceof Told.Destroy);
        if (listed != null && listed.contains(stream) != exists) {
            world.oracle.problem(stream + " is at change " + end.change() + ", and the list is " + listed);
        }
    }

    private void awaitWatchers(String stream, FinalView end, Losses.OfStream losses) {
        List<WatchRecord> watchers = world.oracle.stream(stream).watchers();
        world.time.runUntil(() -> watchers.stream().allMatch(w -> w.isAt(end, losses)), 70_000);
    }

    private Figures figures() {
        long calls = 0;
        long acknowledged = 0;
        long resets = 0;
        long lost = 0;
        long unchecked = 0;
        for (StreamOracle stream : world.oracle.streams().values()) {
            calls += stream.calls().size();
            acknowledged += stream.calls().stream().filter(Call::changed).count();
            resets += stream.watchers().stream().mapToLong(WatchRecord::resets).sum();
            lost += stream.lostAcknowledged();
            unchecked += stream.unchecked() ? 1 : 0;
        }
        return new Figures(world.time.millis(), world.time.steps(), calls, acknowledged, changes, resets, lost,
                unchecked, world.workers().stream().map(WorkerProcess::tiered).reduce(Tiered.NONE, Tiered::plus),
                world.tiered() ? world.s3().calls() : 0, world.tiered() ? world.s3().failures() : 0,
                world.tiered() ? world.s3().outages() : 0);
    }

    private static String stackOf(Throwable failure) {
        Throwable cause = failure.getCause() == null ? failure : failure.getCause();
        StringBuilder stack = new StringBuilder();
        for (StackTraceElement at : cause.getStackTrace()) {
            if (stack.length() < 2_000) {
                stack.append("    at ").append(at).append('\n');
            }
        }
        return stack.toString();
    }
}
