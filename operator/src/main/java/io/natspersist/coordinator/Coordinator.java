// SPDX-License-Identifier: Apache-2.0
package io.natspersist.coordinator;

import io.natspersist.coordinator.CoordinatorStatus.Phase;
import io.natspersist.coordinator.Observation.Registration;
import io.natspersist.loop.EventLoop;
import io.natspersist.protocol.Json;
import io.natspersist.protocol.Subjects;
import io.natspersist.protocol.Version;
import io.natspersist.protocol.service.MicroService;
import io.natspersist.protocol.service.ServiceIdentity;
import io.natspersist.protocol.table.AssignmentTable;
import io.natspersist.protocol.table.Heartbeat;
import io.natspersist.protocol.table.HeartbeatReply;
import io.natspersist.protocol.table.Incarnation;
import io.natspersist.transport.Headers;
import io.natspersist.transport.Transport;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides which worker owns which slot, and tells: observes workers by their heartbeats, lets the {@link Planner} plan, stores
 * the next table, and only then answers, registers and publishes by it. Started anew, it goes on from the stored table and
 * changes nothing by itself; where that was lost it rebuilds it from what workers report. All state is confined to the loop.
 */
public final class Coordinator {

    private static final Logger LOG = LoggerFactory.getLogger(Coordinator.class);

    private final CoordinatorConfig config;
    private final Subjects subjects;
    private final Transport transport;
    private final EventLoop loop;
    private final Keeper keeper;
    private final Planner planner;
    private final Answers answers;
    private final MicroService service;
    private final Roster roster = new Roster();
    private final Doings doings = new Doings();
    private final HungWorkers hung = new HungWorkers();
    /** Where those who wait to be registered want their answer. */
    private final Map<Registration, Answers.Asker> waiting = new LinkedHashMap<>();
    private final LostTable lostTable;

    private Phase phase = Phase.STOPPED;
    private Plan.Chores chores = Plan.Chores.NONE;
    private boolean connected;
    private long connectedAt;
    private long lastTick;
    private EventLoop.@Nullable Timer tick;
    private volatile CoordinatorStatus status;

    /** @param io runs the store's calls; one at a time is given to it */
    public Coordinator(CoordinatorConfig config, Transport transport, EventLoop loop, TableStore store, Executor io) {
        this.config = config;
        this.subjects = new Subjects(config.prefix());
        this.transport = transport;
        this.loop = loop;
        this.keeper = new Keeper(store, loop, io);
        this.planner = new Planner(config);
        this.answers = new Answers(transport, loop, subjects);
        this.service = new MicroService(transport, loop, subjects, identity(loop),
                () -> Map.of("cluster", subjects.prefix()), answers::endpoints);
        this.lostTable = new LostTable(config);
        this.status = CoordinatorStatus.of(phase, null, config.slots(), List.of(), List.of());
    }

    /** Nobody starts two coordinators in the same nanosecond. */
    private static ServiceIdentity identity(EventLoop loop) {
        return new ServiceIdentity("persist-coordinator",
                Long.toHexString(loop.wallMillis()) + "-" + Long.toHexString(loop.nanos()), Version.CURRENT,
                "assigns the slots of Persist");
    }

    /** Begins to serve; the stored table is loaded first. May be called from any thread, once. */
    public void start() {
        transport.onConnection(up -> loop.execute(() -> onConnection(up)));
        loop.execute(() -> {
            onConnection(transport.connected());
            answers.serve(this::onHeartbeat, keeper::stored);
            service.open();
            lastTick = now();
            tick();
            load();
        });
    }

    /** Ends all service. May be called from any thread. */
    public void stop() {
        loop.execute(() -> end(Phase.STOPPED));
    }

    /** A supervisor knows that this incarnation's process has ended: nothing needs to be waited for. From any thread. */
    public void gone(Incarnation incarnation) {
        loop.execute(() -> {
            Member member = roster.member(incarnation);
            if (member != null) {
                member.setGone();
                think();
            }
        });
    }

    /** How things stood a moment ago. From any thread. */
    public CoordinatorStatus status() {
        return status;
    }

    /** Tells, on the loop, how things stand. From any thread. */
    public void observe(Consumer<CoordinatorMoment> tell) {
        loop.execute(() -> tell.accept(
                new CoordinatorMoment(status, transport.connected(), doings.done(), answers.endpoints())));
    }

    private void load() {
        enter(Phase.LOADING);
        keeper.load(config.slots(), found -> {
            if (phase != Phase.LOADING) {
                return;
            }
            if (found.isPresent()) {
                LOG.info("table version {} loaded", found.get().version());
                roster.follow(found.get(), Map.of(), now());
                serve();
            } else {
                lostTable.clear();
                enter(Phase.REBUILDING);
            }
        });
    }

    private void serve() {
        enter(Phase.SERVING);
        think();
    }

    private void end(Phase as) {
        answers.close();
        service.close();
        waiting.clear();
        if (tick != null) {
            tick.cancel();
        }
        enter(as);
    }

    private void onConnection(boolean up) {
        connected = up;
        if (up) {
            connectedAt = now();
        }
    }

    /** Looks at the time. One that comes late means that this process slept: what others said meanwhile is still to be read. */
    private void tick() {
        tick = loop.after(config.heartbeatMillis() / 4, this::tick);
        long now = now();
        if (now - lastTick >= 2 * config.heartbeatMillis()) {
            LOG.warn("nothing was done here for {} ms: silence counts from now", now - lastTick);
            connectedAt = now;
        }
        lastTick = now;
        if (phase == Phase.REBUILDING) {
            rebuildIfReported();
        } else {
            think();
        }
        publishStatus();
    }

    private void onHeartbeat(Heartbeat heartbeat, Answers.Asker asker) {
        doings.heartbeat();
        switch (phase) {
            case REBUILDING -> hearReport(heartbeat, asker);
            case SERVING -> {
                if (heartbeat.incarnation() == 0) {
                    register(new Registration(heartbeat.worker(), heartbeat.instance()), asker, heartbeat);
                } else {
                    hear(new Incarnation(heartbeat.worker(), heartbeat.incarnation()), asker, heartbeat);
                }
            }
            case LOADING, STEPPED_DOWN, STOPPED -> {
            }
        }
    }

    /** While nothing is known, workers are told nothing but that: they go on with the table that they have. */
    private void hearReport(Heartbeat heartbeat, Answers.Asker asker) {
        lostTable.hear(heartbeat, now());
        rebuildIfReported();
        if (phase == Phase.SERVING && heartbeat.incarnation() == 0) {
            onHeartbeat(heartbeat, asker);
        } else if (phase == Phase.REBUILDING) {
            asker.answer(new HeartbeatReply(heartbeat.incarnation(), false, heartbeat.tableVersion(), null,
                    heartbeat.report() == null, List.of(), List.of()));
        }
    }

    private void rebuildIfReported() {
        if (keeper.busy()) {
            return;
        }
        switch (lostTable.verdict(now(), connected ? connectedAt : now())) {
            case LostTable.Verdict.Wait() -> {
            }
            case LostTable.Verdict.New() -> {
                LOG.info("no table, no journal, no worker that had one: a new cluster");
                keeper.begin(config.slots());
                serve();
            }
            case LostTable.Verdict.Rebuilt(AssignmentTable table, Set<Incarnation> journals) -> {
                LOG.warn("the table was lost; rebuilt as version {} from what {} reported", table.version(),
                        table.living());
                keeper.store(table, result -> {
                    if (result == Keeper.Result.CONFLICT && phase == Phase.REBUILDING) {
                        load();
                    } else if (result == Keeper.Result.STORED && phase == Phase.REBUILDING) {
                        roster.follow(table, Map.of(), now());
                        roster.takeJournals(journals, now());
                        lostTable.heard().forEach(this::note);
                        tellAll(table);
                        serve();
                    }
                });
            }
        }
    }

    private void register(Registration process, Answers.Asker asker, Heartbeat heartbeat) {
        Incarnation known = roster.registered(process);
        if (known == null) {
            waiting.put(process, asker);
            think();
        } else {
            answer(known, asker, heartbeat.tableVersion(), false);
        }
    }

    private void hear(Incarnation id, Answers.Asker asker, Heartbeat heartbeat) {
        AssignmentTable stored = stored();
        if (id.number() > stored.incarnations()) {
            LOG.error("{} sends heartbeats, but the stored table knows of {} incarnations only: an old copy?", id,
                    stored.incarnations());
            return;
        }
        Member member = roster.member(id);
        if (member == null) {
            roster.hearDead(id);
        } else if (member.hear(heartbeat, now())) {
            think();
        }
        Heartbeat.Report report = heartbeat.report();
        if (member != null && report != null) {
            roster.takeJournals(report.journals(), now());
        }
        answer(id, asker, heartbeat.tableVersion(), heartbeat.report() == null);
    }

    /** What a worker said before its incarnation was known to be one of the living. */
    private void note(Heartbeat heartbeat) {
        Member member = heartbeat.incarnation() == 0
                ? null
                : roster.member(new Incarnation(heartbeat.worker(), heartbeat.incarnation()));
        if (member != null) {
            member.hear(heartbeat, now());
        }
    }

    /** Answers by the stored table. */
    private void answer(Incarnation id, Answers.Asker asker, long itsVersion, boolean mayReport) {
        AssignmentTable stored = stored();
        boolean dead = roster.member(id) == null;
        asker.answer(new HeartbeatReply(id.number(), dead, stored.version(),
                dead || itsVersion == stored.version() ? null : stored,
                mayReport && chores.report().contains(id),
                chores.trySeal().getOrDefault(id, List.of()), chores.delete().getOrDefault(id, List.of())));
    }

    /** Plans, and carries the plan out; while a table is being stored, what is new waits for the next plan. */
    private void think() {
        if (phase != Phase.SERVING || keeper.busy()) {
            return;
        }
        Observation seen = new Observation(stored(), roster.views(config.deadAfterMillis()),
                List.copyOf(waiting.keySet()), roster.journals(), now(), connected, connectedAt, roster.reportedAt());
        Plan plan = planner.plan(seen);
        chores = plan.chores();
        if (plan instanceof Plan.Change change) {
            AssignmentTable before = stored();
            keeper.store(change.next(), result -> afterStoring(before, change, result));
        }
    }

    private void afterStoring(AssignmentTable before, Plan.Change change, Keeper.Result result) {
        if (phase != Phase.SERVING) {
            return;
        }
        switch (result) {
            case NOT_STORED -> think();
            case CONFLICT -> {
                LOG.error("another coordinator is at work: stepping down");
                end(Phase.STEPPED_DOWN);
            }
            case STORED -> {
                AssignmentTable stored = change.next();
                doings.stored(before, change);
                change.deaths().forEach((id, death) -> LOG.atWarn().addKeyValue("worker", id.worker())
                        .addKeyValue("incarnation", id.number()).log("{} is dead: {}", id, death.reason));
                hung.died(change.deaths());
                hung.registered(change.registered().values());
                roster.follow(stored, change.registered(), now());
                chores = Plan.Chores.NONE;
                tellAll(stored);
                change.registered().forEach((process, id) -> {
                    LOG.atInfo().addKeyValue("worker", id.worker()).addKeyValue("incarnation", id.number())
                            .log("{} is registered", id);
                    Answers.Asker asker = waiting.remove(process);
                    if (asker != null) {
                        answer(id, asker, -1, false);
                    }
                });
                think();
                publishStatus();
            }
        }
    }

    private void tellAll(AssignmentTable stored) {
        byte[] json = Json.write(stored);
        if (json.length > transport.maxPayload()) {
            LOG.error("table version {} has {} bytes, more than fit one message: raise the server's max_payload",
                    stored.version(), json.length);
            return;
        }
        transport.publish(subjects.tableChanged(), null, Headers.NONE, json);
    }

    private AssignmentTable stored() {
        AssignmentTable stored = keeper.stored();
        if (stored == null) {
            throw new IllegalStateException("no table while " + phase);
        }
        return stored;
    }

    private void enter(Phase next) {
        phase = next;
        publishStatus();
    }

    private void publishStatus() {
        AssignmentTable stored = keeper.stored();
        List<CoordinatorStatus.WorkerStatus> workers = roster.views(config.deadAfterMillis()).stream()
                .map(w -> new CoordinatorStatus.WorkerStatus(w.id(), w.ready(), w.draining(),
                        stored == null ? 0 : CoordinatorStatus.owned(stored, w.id()),
                        now() - Math.max(connectedAt, Math.max(w.registeredAt(), w.heardAt())), w.load()))
                .toList();
        status = CoordinatorStatus.of(phase, stored, config.slots(), workers, hung.all());
    }

    private long now() {
        return TimeUnit.NANOSECONDS.toMillis(loop.nanos());
    }
}
