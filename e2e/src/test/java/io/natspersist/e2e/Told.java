// SPDX-License-Identifier: Apache-2.0
package io.natspersist.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.natspersist.client.Change;
import io.natspersist.client.Reset;
import io.natspersist.client.WatchListener;
import java.util.ArrayList;
import java.util.List;

/** What a watch was told, in order, as {@link StreamWriter#acknowledged} has it. Filled on the client's loop. */
public final class Told implements WatchListener {

    private final List<String> changes = new ArrayList<>();
    private int resets;

    @Override
    public synchronized void onChange(Change change) {
        assertThat(change.position().change()).isEqualTo(changes.size() + 1);
        changes.add(switch (change) {
            case Change.Set set -> "set " + set.message().seq() + " " + set.message().text();
            case Change.Delete delete -> "delete " + delete.seqs();
            case Change.DeleteAll all -> "deleteAll " + all.endSeq();
            case Change.Destroy destroy -> "destroy";
            case Change.Config config -> "config";
        });
    }

    @Override
    public synchronized void onReset(Reset reset) {
        resets++;
    }

    public synchronized List<String> soFar() {
        return List.copyOf(changes);
    }

    public synchronized int resets() {
        return resets;
    }
}
