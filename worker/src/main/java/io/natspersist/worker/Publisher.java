// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker;

import io.natspersist.loop.EventLoop;
import io.natspersist.protocol.ChangeNotice;
import io.natspersist.protocol.StreamName;
import io.natspersist.protocol.Subjects;
import io.natspersist.protocol.WireChange;
import io.natspersist.transport.Transport;
import io.natspersist.worker.change.Change;
import io.natspersist.worker.stream.Notices;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Tells watchers of changes: what became durable together, of each stream in one notice. What was told shortly before the connection broke, or since, may have reached nobody, while
 * the watchers' own connections are well: after a reconnect the last number of each stream concerned is told once more.
 * Confined to the worker's loop.
 */
final class Publisher implements Notices {

    /** Within this time a dead connection is noticed. */
    private static final long DOUBTFUL_NANOS = 15_000_000_000L;

    private final Subjects subjects;
    private final Transport transport;
    private final EventLoop loop;
    /** What is told once the loop has done what it was given before; of each stream, changes of one epoch. */
    private final Map<StreamName, List<Change>> untold = new LinkedHashMap<>();
    private List<Runnable> afterwards = new ArrayList<>();
    /** What was told last of each stream, the longest ago first. */
    private final Map<StreamName, Told> doubtful = new LinkedHashMap<>();
    private boolean connected = true;

    private record Told(long epoch, long change, long atNanos) {}

    Publisher(Subjects subjects, Transport transport, EventLoop loop) {
        this.subjects = subjects;
        this.transport = transport;
        this.loop = loop;
        transport.onConnection(up -> loop.execute(() -> connection(up)));
    }

    @Override
    public void changed(List<Change> changes, Runnable then) {
        if (untold.isEmpty() && afterwards.isEmpty()) {
            loop.execute(this::tellAll);
        }
        afterwards.add(then);
        if (!changes.isEmpty()) {
            add(changes);
        }
    }

    private void add(List<Change> changes) {
        Change first = changes.getFirst();
        List<Change> before = untold.get(first.stream());
        if (before != null && (before.getLast().epoch() != first.epoch()
                || before.getLast().number() + 1 != first.number())) {
            tellNow(first.stream());
        }
        untold.computeIfAbsent(first.stream(), stream -> new ArrayList<>(1)).addAll(changes);
    }

    private void tellAll() {
        untold.values().forEach(this::tell);
        untold.clear();
        List<Runnable> now = afterwards;
        afterwards = new ArrayList<>();
        now.forEach(Runnable::run);
    }

    private void tellNow(StreamName stream) {
        List<Change> changes = untold.remove(stream);
        if (changes != null) {
            tell(changes);
        }
    }

    /** In as few notices as can carry them. */
    private void tell(List<Change> changes) {
        Change last = changes.getLast();
        if (changes.size() == 1) {
            tellAlone(last.stream(), Answers.wire(last), last.bytes());
        } else {
            tellTogether(last.stream(), changes);
        }
        told(last.stream(), last.epoch(), last.number());
    }

    private void tellTogether(StreamName stream, List<Change> changes) {
        long most = transport.maxPayload() - FrontDoor.ANSWER_OVERHEAD - ChangeNotice.Packed.OVERHEAD;
        List<WireChange> together = new ArrayList<>(changes.size());
        long bytes = 0;
        for (Change change : changes) {
            WireChange next = Answers.wire(change);
            int more = next.size();
            if (bytes + more > most) {
                publish(stream, together, bytes);
                together.clear();
                bytes = 0;
            }
            together.add(next);
            bytes += more;
        }
        publish(stream, together, bytes);
    }

    private void publish(StreamName stream, List<WireChange> together, long bytes) {
        if (together.size() > 1) {
            publish(stream, new ChangeNotice.Packed(together));
        } else if (!together.isEmpty()) {
            tellAlone(stream, together.getFirst(), bytes);
        }
    }

    /** What is too large for a message is told by its number. */
    private void tellAlone(StreamName stream, WireChange change, long bytes) {
        publish(stream, bytes + FrontDoor.ANSWER_OVERHEAD > transport.maxPayload()
                ? new ChangeNotice.Trailing(change.number(), change.epoch())
                : new ChangeNotice.Changed(change));
    }

    @Override
    public void trailing(StreamName stream, long epoch, long change) {
        tellNow(stream);
        publish(stream, new ChangeNotice.Trailing(change, epoch));
        told(stream, epoch, change);
    }

    private void publish(StreamName stream, ChangeNotice notice) {
        transport.publish(subjects.changes(stream), null, notice.headers(), notice.payload());
    }

    private void told(StreamName stream, long epoch, long change) {
        doubtful.remove(stream);
        doubtful.put(stream, new Told(epoch, change, loop.nanos()));
        Iterator<Told> oldest = doubtful.values().iterator();
        while (connected && loop.nanos() - oldest.next().atNanos > DOUBTFUL_NANOS) {
            oldest.remove();
        }
    }

    private void connection(boolean up) {
        connected = up;
        if (up) {
            doubtful.forEach((stream, told) -> publish(stream, new ChangeNotice.Trailing(told.change, told.epoch)));
        }
    }
}
