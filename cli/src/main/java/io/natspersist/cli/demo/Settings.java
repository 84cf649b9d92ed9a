// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.demo;

import io.natspersist.client.Entry;
import io.natspersist.client.KeyEntry;
import io.natspersist.client.KeyValue;
import io.natspersist.client.KeyValueListener;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/** Somebody who cannot decide on his settings, and one who reads along. */
final class Settings implements AutoCloseable {

    private static final String[] KEYS = {"theme", "font", "language", "keymap"};
    private static final String[] VALUES = {"dark", "light", "solarized", "plain"};
    private static final long CHANGE_MILLIS = 100;

    private final KeyValue store;
    private final RandomGenerator random;
    private final Thread thread;
    private volatile boolean stopping;
    private int changes; // on the thread, until it ended

    Settings(KeyValue store, RandomGenerator random) {
        this.store = store;
        this.random = random;
        this.thread = Thread.ofPlatform().daemon().name("settings").unstarted(this::change);
    }

    void start() {
        thread.start();
    }

    /** Ends it, and says how many changes were acknowledged. */
    int stop() throws InterruptedException {
        stopping = true;
        thread.join();
        return changes;
    }

    /** What the store holds now. */
    Map<String, String> stored() {
        Map<String, String> all = new TreeMap<>();
        for (KeyEntry key : store.keys()) {
            store.get(key.key()).ifPresent(entry -> all.put(entry.key(), entry.text()));
        }
        return all;
    }

    /** Whether one who saw an old value is kept from writing over a newer one. */
    boolean refusesTheLate() {
        long seen = store.put("theme", bytes("dark"));
        store.put("theme", bytes("light"));
        return store.update("theme", bytes("from a tab that slept"), seen).isEmpty();
    }

    private void change() {
        try {
            while (!stopping) {
                store.put(KEYS[random.nextInt(KEYS.length)],
                        bytes(VALUES[random.nextInt(VALUES.length)] + " " + changes));
                changes++;
                TimeUnit.MILLISECONDS.sleep(CHANGE_MILLIS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        stopping = true;
        thread.interrupt();
    }

    /** Keeps what the store holds. */
    static final class Reader implements KeyValueListener {

        private final Map<String, String> seen = new TreeMap<>();

        synchronized Map<String, String> seen() {
            return Map.copyOf(seen);
        }

        @Override
        public synchronized void onPut(Entry entry) {
            seen.put(entry.key(), entry.text());
        }

        @Override
        public synchronized void onDelete(String key) {
            seen.remove(key);
        }
    }
}
