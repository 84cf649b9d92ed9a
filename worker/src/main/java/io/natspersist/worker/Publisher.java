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
    public void changed(Change change) {
        if (change.bytes() + FrontDoor.ANSWER_OVERHEAD > transport.maxPayload()) {
            trailing(change.stream(), change.epoch(), change.number());
        } else {
            publish(change.stream(), new ChangeNotice.Changed(Answers.wire(change)));
            told(change.stream(), change.epoch(), change.number());
        }
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
