// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.metrics;

import io.natspersist.metrics.Metric;
import io.natspersist.metrics.Metric.Sample;
import io.natspersist.metrics.Times.Distribution;
import io.natspersist.worker.journal.JournalCounts;
import io.natspersist.worker.metrics.WorkerMoment.Life;
import io.natspersist.worker.stream.StreamCounts;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;

/** Every metric of a worker. Those of its journal and its streams are there once it is registered. */
public final class WorkerMetrics {

    private static final List<Metric<WorkerMoment>> OF_EACH = List.of(
    // @formatter:off
            new Metric<>("persist_worker_incarnation", Metric.Kind.GAUGE,
                    "number of its incarnation; there once it is registered, as is all that follows from its journal,"
                            + " its slots and its streams", List.of(), life(l -> single((double) l.incarnation().number()))),
            Metric.gauge("persist_worker_connected", "1 while the NATS server can be reached, else 0",
                    m -> m.connected() ? 1 : 0),
            Metric.gauge("persist_worker_coordinated",
                    "1 while the coordinator answers its heartbeats, else 0; without it a worker goes on serving",
                    m -> m.life() != null && m.life().inTouch() ? 1 : 0),
            Metric.gauge("persist_worker_table_version", "version of the assignment table that it knows, 0: none",
                    m -> m.life() == null ? 0 : m.life().tableVersion()),
            Metric.gauges("persist_worker_slots", "slots that it holds: awaiting their old owner, adopting a journal,"
                    + " serving, or letting_go", "state", m -> m.life() == null ? Map.of() : m.life().slots()),

            new Metric<>("persist_worker_requests_total", Metric.Kind.COUNTER,
                    "requests that were answered, by operation and by error code, or OK; an operation that there is not"
                            + " is called unknown", List.of("operation", "code"), WorkerMetrics::requests),
            new Metric<>("persist_worker_request_seconds", Metric.Kind.HISTOGRAM,
                    "from a request's arrival to its answer, of those that were let in", List.of("operation"),
                    WorkerMetrics::times),
            Metric.gauge("persist_worker_waiting_requests", "requests inside that wait for their answer",
                    m -> (double) m.waiting()),
            Metric.gauge("persist_worker_waiting_bytes", "about how much memory those take", m -> (double) m.waitingBytes()),

            journal("persist_worker_journal_bytes", "what its journal takes on the volume", JournalCounts::bytes),
            journal("persist_worker_journal_unwritten_bytes", "what waits in memory to be written to its journal",
                    JournalCounts::unwrittenBytes),
            journalTotal("persist_worker_journal_written_bytes_total", "what was written to its journal",
                    JournalCounts::writtenBytes),
            journalTotal("persist_worker_journal_groups_total", "groups of changes that were written, each in one piece",
                    JournalCounts::groups),
            journalTimes("persist_worker_journal_write_seconds", "writing a group, without forcing it",
                    JournalCounts::writes),
            journalTimes("persist_worker_journal_force_seconds", "forcing the journal to the disk",
                    JournalCounts::forces),
            journal("persist_worker_journal_oldest_unforced_seconds",
                    "for how long the oldest group that is not forced has been waiting",
                    j -> j.oldestUnforcedMillis() / 1e3),
            journal("persist_worker_volume_space_low", "1 while the volume has less free space than its reserve, and"
                    + " writes are refused", j -> j.spaceLow() ? 1 : 0),

            streams("persist_worker_open_streams", "streams that are open", StreamCounts::open),
            streams("persist_worker_open_files", "streams whose file is open", StreamCounts::openFiles),
            streams("persist_worker_ephemeral_bytes",
                    "about what ephemeral streams take of the memory that is not Java's", StreamCounts::ephemeralBytes),
            streams("persist_worker_tail_bytes", "what the streams' tails hold in memory", StreamCounts::tailBytes),
            streamsTotal("persist_worker_streams_opened_total", "how often a stream was opened", StreamCounts::opened),
            streams("persist_worker_held_writes", "writes that wait because the journal is too large",
                    StreamCounts::heldWrites),
            streams("persist_worker_troubled_streams", "streams whose file takes nothing just now",
                    StreamCounts::troubled),
            streams("persist_worker_unapplied_streams", "streams with changes that are not in their files yet",
                    StreamCounts::toApply),
            streams("persist_worker_oldest_unapplied_seconds", "for how long the oldest of these have been waiting",
                    s -> s.oldestUnappliedMillis() / 1e3),
            streamsTotal("persist_worker_file_transactions_total", "transactions that put changes into files",
                    StreamCounts::transactions),
            streamsTotal("persist_worker_file_changes_total", "changes that those put there", StreamCounts::applied),
            streamsTotal("persist_worker_lost_changes_total", "changes that a watcher had seen, and was told to be lost",
                    StreamCounts::lostChanges),
            new Metric<>("persist_worker_corrupt_files_total", Metric.Kind.COUNTER,
                    "files that were found corrupt and were set aside", List.of(), life(l -> single((double) l.setAside()))));
            // @formatter:on

    public static final List<Metric<WorkerMoment>> ALL = Stream
            .of(OF_EACH, TierMetrics.ALL, ShipMetrics.ALL).flatMap(List::stream).toList();

    private WorkerMetrics() {}

    private static List<Sample> requests(WorkerMoment moment) {
        List<Sample> samples = new ArrayList<>();
        moment.operations().forEach((operation, counts) -> counts.outcomes()
                .forEach((code, count) -> samples.add(new Sample.Number(List.of(operation, code), count))));
        return samples;
    }

    private static List<Sample> times(WorkerMoment moment) {
        return moment.operations().entrySet().stream()
                .<Sample>map(e -> new Sample.Histogram(List.of(e.getKey()), e.getValue().times())).toList();
    }

    private static List<Sample> single(double value) {
        return List.of(new Sample.Number(List.of(), value));
    }

    private static Function<WorkerMoment, List<Sample>> life(Function<Life, List<Sample>> read) {
        return moment -> {
            Life life = moment.life();
            return life == null ? List.of() : read.apply(life);
        };
    }

    private static Metric<WorkerMoment> journal(String name, String help, ToDoubleFunction<JournalCounts> value) {
        return new Metric<>(name, Metric.Kind.GAUGE, help, List.of(),
                life(l -> single(value.applyAsDouble(l.journal()))));
    }

    private static Metric<WorkerMoment> journalTotal(String name, String help, ToDoubleFunction<JournalCounts> value) {
        return new Metric<>(name, Metric.Kind.COUNTER, help, List.of(),
                life(l -> single(value.applyAsDouble(l.journal()))));
    }

    private static Metric<WorkerMoment> journalTimes(String name, String help,
            Function<JournalCounts, Distribution> times) {
        return new Metric<>(name, Metric.Kind.HISTOGRAM, help, List.of(),
                life(l -> List.of(new Sample.Histogram(List.of(), times.apply(l.journal())))));
    }

    private static Metric<WorkerMoment> streams(String name, String help, ToDoubleFunction<StreamCounts> value) {
        return new Metric<>(name, Metric.Kind.GAUGE, help, List.of(),
                life(l -> single(value.applyAsDouble(l.streams()))));
    }

    private static Metric<WorkerMoment> streamsTotal(String name, String help, ToDoubleFunction<StreamCounts> value) {
        return new Metric<>(name, Metric.Kind.COUNTER, help, List.of(),
                life(l -> single(value.applyAsDouble(l.streams()))));
    }
}
