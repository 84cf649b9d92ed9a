// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker;

import io.natspersist.loop.EventLoop;
import io.natspersist.protocol.ChangeNotice;
import io.natspersist.protocol.StreamName;
import io.natspersist.protocol.Subjects;
import io.natspersist.transport.Transport;
import io.natspersist.worker.change.Change;
import io.natspersist.worker.stream.Notices;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Tells watchers of changes. What was told shortly before the connection broke, or since, may have reached nobody, while
 * the watchers' own connections are well: after a reconnect the last number of each stream concerned is told once more.
 * Confined to the worker's loop.
 */
final class Publisher implements Notices {

    /** Within this time a dead connection is noticed. */
    private static final long DOUBTFUL_NANOS = 15_000_000_000L;

    private final Subjects subjects;
    private final Transport transport;
    private final EventLoop loop;
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
    public void changed(List<Change> changes) {
        int from = 0;
        while (from < changes.size()) {
            int to = from + fitting(changes.subList(from, changes.size()));
            changed(changes.get(from), changes.subList(from, to));
            from = to;
        }
    }

    /** How many of them, at least one, fit one notice. */
    private int fitting(List<Change> changes) {
        long room = transport.maxPayload() - FrontDoor.ANSWER_OVERHEAD - ChangeNotice.Packed.OVERHEAD;
        int count = 0;
        while (count < changes.size() && room >= 0) {
            room -= changes.size() == 1 ? 0 : Answers.wire(changes.get(count)).size();
            count++;
        }
        return Math.max(1, room < 0 ? count - 1 : count);
    }

    private void changed(Change first, List<Change> changes) {
        if (changes.size() == 1 && first.bytes() + FrontDoor.ANSWER_OVERHEAD > transport.maxPayload()) {
            trailing(first.stream(), first.epoch(), first.number());
            return;
        }
        publish(first.stream(), changes.size() == 1
                ? new ChangeNotice.Changed(Answers.wire(first))
                : new ChangeNotice.Packed(changes.stream().map(Answers::wire).toList()));
        told(first.stream(), first.epoch(), changes.getLast().number());
    }

    @Override
    public void trailing(StreamName stream, long epoch, long change) {
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
