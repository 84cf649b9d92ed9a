// SPDX-License-Identifier: Apache-2.0
package io.natspersist.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Holds a watch to its word with every call, and keeps the picture that a user would have of the stream. */
final class StrictListener implements WatchListener {

    /** Null while nothing is known of what the stream held before. */
    @Nullable
    NavigableMap<Long, StreamMessage> messages;
    /** Since the last reset. */
    final List<Change> changes = new ArrayList<>();
    final List<Reset> resets = new ArrayList<>();
    @Nullable
    Position last;
    /** The last position at which the picture was complete. */
    private @Nullable Position complete;
    long lost;
    int snapshots;
    private boolean inSnapshot;
    private long lastSeq;

    @Override
    public void onReset(Reset reset) {
        if (complete != null) {
            assertThat(reset.last().change()).as("a reset says where the watch was").isEqualTo(complete.change());
        }
        resets.add(reset);
        lost += reset.lostChanges();
        messages = new TreeMap<>();
        changes.clear();
        inSnapshot = true;
        lastSeq = 0;
    }

    @Override
    public void onMessage(StreamMessage message) {
        assertThat(inSnapshot && changes.isEmpty()).as("messages come after a reset, before changes").isTrue();
        assertThat(message.seq()).as("messages come by seq").isGreaterThan(lastSeq);
        lastSeq = message.seq();
        known().put(message.seq(), message);
    }

    @Override
    public void onSnapshotEnd(Position position) {
        assertThat(inSnapshot).isTrue();
        assertThat(known().values()).allMatch(m -> m.change() <= position.change());
        if (!changes.isEmpty()) {
            assertThat(last).isEqualTo(position);
        }
        inSnapshot = false;
        last = position;
        complete = position;
        snapshots++;
    }

    @Override
    public void onChange(Change change) {
        if (inSnapshot && changes.isEmpty()) {
            assertThat(known().values()).as("what changed while pages were read comes as a change only")
                    .allMatch(m -> m.change() < change.position().change());
        } else if (last != null) {
            assertThat(change.position().change()).as("no change twice, none left out").isEqualTo(last.change() + 1);
            assertThat(change.position().epoch()).isGreaterThanOrEqualTo(last.epoch());
        }
        last = change.position();
        complete = inSnapshot ? complete : last;
        changes.add(change);
        if (messages != null) {
            ModelStream.apply(change, messages);
        }
    }

    private NavigableMap<Long, StreamMessage> known() {
        return java.util.Objects.requireNonNull(messages);
    }
}
