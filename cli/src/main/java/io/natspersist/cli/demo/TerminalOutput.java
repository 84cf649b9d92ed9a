// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.demo;

import io.natspersist.client.Change;
import io.natspersist.client.Reset;
import io.natspersist.client.StreamHandle;
import io.natspersist.client.StreamMessage;
import io.natspersist.client.WatchListener;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A build that prints into a stream, one line after the other, and one who reads along. */
final class TerminalOutput implements AutoCloseable {

    private static final long LINE_MILLIS = 25;

    private final StreamHandle stream;
    private final List<String> printed = new ArrayList<>(); // on the thread, until it ended
    private final Thread thread;
    private volatile boolean stopping;

    TerminalOutput(StreamHandle stream) {
        this.stream = stream;
        this.thread = Thread.ofPlatform().daemon().name("terminal").unstarted(this::print);
    }

    void start() {
        thread.start();
    }

    /** Ends it, and gives the lines that were acknowledged. */
    List<String> stop() throws InterruptedException {
        stopping = true;
        thread.join();
        return List.copyOf(printed);
    }

    private void print() {
        try {
            for (int i = 1; !stopping; i++) {
                String line = String.format("[%4d] \u001b[32mok\u001b[0m  test case %d", i, i * 7919 % 1000);
                stream.set(line.getBytes(StandardCharsets.UTF_8));
                printed.add(line);
                TimeUnit.MILLISECONDS.sleep(LINE_MILLIS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        stopping = true;
        thread.interrupt();
    }

    /** Collects the lines. */
    static final class Reader implements WatchListener {

        private final List<String> seen = new ArrayList<>();

        synchronized List<String> seen() {
            return List.copyOf(seen);
        }

        @Override
        public synchronized void onChange(Change change) {
            if (change instanceof Change.Set set) {
                seen.add(set.message().text());
            }
        }

        @Override
        public synchronized void onReset(Reset reset) {
            seen.clear();
        }

        @Override
        public synchronized void onMessage(StreamMessage message) {
            seen.add(message.text());
        }
    }
}
