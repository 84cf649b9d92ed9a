// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.demo;

import io.natspersist.cli.replay.TextWatcher;
import io.natspersist.client.Change;
import io.natspersist.client.PersistException;
import io.natspersist.client.Position;
import io.natspersist.client.Reset;
import io.natspersist.client.StreamMessage;
import io.natspersist.client.WatchListener;

/** Lets another thread see the text that a watcher rebuilds. */
final class LiveText implements WatchListener {

    private final TextWatcher watcher;
    private volatile String text = "";

    LiveText(TextWatcher watcher) {
        this.watcher = watcher;
    }

    String text() {
        return text;
    }

    @Override
    public void onChange(Change change) {
        watcher.onChange(change);
        text = watcher.text();
    }

    @Override
    public void onReset(Reset reset) {
        watcher.onReset(reset);
    }

    @Override
    public void onMessage(StreamMessage message) {
        watcher.onMessage(message);
    }

    @Override
    public void onSnapshotEnd(Position position) {
        text = watcher.text();
    }

    @Override
    public void onEnd(PersistException cause) {
        watcher.onEnd(cause);
    }
}
