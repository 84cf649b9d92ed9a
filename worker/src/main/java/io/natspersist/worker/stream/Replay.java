// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.stream;

import io.natspersist.protocol.StreamConfig;
import io.natspersist.worker.change.Change;
import io.natspersist.worker.journal.Position;
import io.natspersist.worker.stream.Contents.Lookup;
import java.util.ArrayList;
import java.util.List;

/**
 * Takes changes that dead owners have decided into the tail of a stream of which no file holds anything, so that all that they replace
 * is known. They are in this worker's journal, forced, and were told.
 */
final class Replay {

    private static final Lookup NOTHING = new Lookup.Missing();

    private final Stream stream;
    private final StreamHost host;

    Replay(Stream stream, StreamHost host) {
        this.stream = stream;
        this.host = host;
    }

    void take(AdoptedTail.Entry adopted) {
        Change change = adopted.change();
        Position position = adopted.position();
        Contents contents = stream.contents();
        switch (change) {
            case Change.Set set -> contents.stored(set, position, contents.seq(set.seq()),
                    set.key() == null ? NOTHING : contents.key(set.key()));
            case Change.Delete delete -> contents.deleted(delete, position, there(delete.seqs()));
            case Change.DeleteAll all -> clear(all, position);
            case Change.Destroy destroy -> {
                contents.destroyed(destroy, position);
                stream.limits().configured(StreamConfig.NONE);
            }
            case Change.Config config -> {
                contents.configured(config, position);
                stream.limits().configured(config.config());
            }
        }
        String msgId = change.msgId();
        if (msgId != null) {
            host.recentIds().add(stream.name(), msgId);
        }
    }

    private List<Lookup.Present> there(List<Long> seqs) {
        List<Lookup.Present> there = new ArrayList<>();
        for (long seq : seqs) {
            if (stream.contents().seq(seq) instanceof Lookup.Present present) {
                there.add(present);
            }
        }
        return there;
    }

    private void clear(Change.DeleteAll all, Position position) {
        long messages = 0;
        long bytes = 0;
        for (Tail.Entry entry : stream.contents().tail().liveFrom(0)) {
            if (entry.set().seq() > all.upToSeq()) {
                break;
            }
            messages++;
            bytes += entry.messageBytes();
        }
        stream.contents().cleared(all, position, messages, bytes);
    }
}
