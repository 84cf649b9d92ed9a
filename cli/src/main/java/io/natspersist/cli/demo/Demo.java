// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.demo;

import io.natspersist.cli.local.LocalCluster;
import io.natspersist.cli.replay.EditTrace;
import io.natspersist.cli.replay.Pace;
import io.natspersist.cli.replay.TextWatcher;
import io.natspersist.cli.replay.TraceWriter;
import io.natspersist.cli.terminal.Connection;
import io.natspersist.cli.terminal.Terminal;
import io.natspersist.client.StreamHandle;
import io.natspersist.client.Watch;
import io.natspersist.client.WatchFrom;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The demonstration on a running cluster: a letter is typed, a terminal prints, settings change, watchers read along with
 * connections of their own, and the worker that serves the letter is killed.
 */
final class Demo implements AutoCloseable {

    static final String LETTER = "projects.42.letter";
    static final String TERMINAL = "terminals.7.output";
    static final String SETTINGS = "users.7.settings";

    private static final long CATCH_UP_SECONDS = 20;

    private final Terminal terminal;
    private final LocalCluster cluster;
    private final EditTrace trace;
    private final Screen screen;
    private final Connection writers;
    private final Connection readers;
    private final Connection moreReaders;

    private final StreamHandle letter;
    private final TraceWriter typist;
    private final TextWatcher text;
    private final LiveText shown;
    private final TextWatcher otherText;
    private final TerminalOutput output;
    private final TerminalOutput.Reader outputReader = new TerminalOutput.Reader();
    private final Settings settings;
    private final Settings.Reader settingsReader = new Settings.Reader();
    private final List<Watch> watches = new ArrayList<>();

    private String news = "";
    private int kills;

    Demo(Terminal terminal, LocalCluster cluster, EditTrace trace, long seed) {
        this.terminal = terminal;
        this.cluster = cluster;
        this.trace = trace;
        this.screen = new Screen(terminal, 6);
        this.writers = cluster.connect("demo-writers");
        this.readers = cluster.connect("demo-readers");
        this.moreReaders = cluster.connect("demo-more-readers");
        this.letter = writers.client().stream(LETTER);
        this.typist = new TraceWriter(letter.async(), "letter", TraceWriter.values(trace), TraceWriter.WINDOW);
        this.text = new TextWatcher(trace.start(), trace.transactions().size());
        this.shown = new LiveText(text);
        this.otherText = new TextWatcher(trace.start(), trace.transactions().size());
        this.output = new TerminalOutput(writers.client().stream(TERMINAL));
        this.settings = new Settings(writers.client().kv(SETTINGS), new SplittableRandom(seed));
    }

    /** Types for about so many seconds, and kills when half is typed. Gives what was found out. */
    List<Finding> run(long seconds) throws IOException, InterruptedException {
        watch();
        output.start();
        settings.start();
        type(seconds);
        List<String> printed = output.stop();
        int changes = settings.stop();
        List<Finding> findings = new ArrayList<>();
        findings.add(textFinding("a watcher's text is the letter", text));
        findings.add(textFinding("another watcher's text is the letter", otherText));
        findings.add(textFinding("the text rebuilt from the stream's messages is the letter", messages()));
        findings.add(
                new Finding(String.format("all %,d lines of the terminal were seen once and in order", printed.size()),
                        eventually(() -> outputReader.seen().equals(printed))));
        findings.add(new Finding(String.format("after %,d changes the settings are what their watcher has", changes),
                eventually(() -> settingsReader.seen().equals(settings.stored()))));
        findings.add(
                new Finding("one who saw an old value could not write over a newer one", settings.refusesTheLate()));
        return findings;
    }

    /** What the cold tier does with these streams once nobody uses them. */
    List<Finding> cold() throws IOException, InterruptedException {
        ColdScene scene = new ColdScene(cluster.config(), writers.client());
        long start = System.nanoTime();
        long bytes = scene.onVolume("letter");
        boolean gone = eventually(() -> scene.onVolume("letter") == 0 && scene.inCopies("letter") > 0);
        double goneAfter = (System.nanoTime() - start) / 1e9;
        long copied = scene.inCopies("letter");
        start = System.nanoTime();
        TextWatcher back = messages();
        List<Finding> findings = new ArrayList<>();
        findings.add(
                new Finding(String.format("after %.1f s the letter's file, of %,d KB, has left the volume; its copies"
                        + " have %,d KB", goneAfter, bytes >> 10, copied >> 10), gone));
        findings.add(textFinding(String.format("read again it came back within %,d ms, all %,d messages of it",
                (System.nanoTime() - start) / 1_000_000, back.applied()), back));
        findings.addAll(scene.lookBack(SETTINGS, settings.stored()));
        return findings;
    }

    private void watch() {
        watches.add(readers.client().stream(LETTER).watch(WatchFrom.beginning(), shown));
        watches.add(moreReaders.client().stream(LETTER).watch(WatchFrom.beginning(), otherText));
        watches.add(readers.client().stream(TERMINAL).watch(WatchFrom.beginning(), outputReader));
        watches.add(readers.client().kv(SETTINGS).watch(settingsReader));
        watches.forEach(watch -> watch.ready().join());
    }

    private void type(long seconds) throws IOException, InterruptedException {
        long recordedMillis = trace.transactions().getLast().time();
        long[] due = new Pace(Math.max(1, recordedMillis / (1_000.0 * seconds))).schedule(trace.transactions());
        CompletableFuture<Void> typing = CompletableFuture.runAsync(() -> typeAll(due),
                task -> Thread.ofPlatform().daemon().name("typist").start(task));
        long start = System.nanoTime();
        while (!typing.isDone()) {
            if (kills == 0 && typist.acknowledged() >= trace.transactions().size() / 2) {
                kill();
            }
            screen.show(status(start), shown.text());
            TimeUnit.MILLISECONDS.sleep(50);
        }
        typing.join();
        eventually(() -> text.finished().isDone());
        screen.show(status(start), shown.text());
        screen.done();
    }

    private void typeAll(long[] due) {
        try {
            typist.run(due);
        } catch (InterruptedException e) {
            throw new CompletionException(e);
        }
    }

    private void kill() {
        String owner = letter.locate().owner();
        String worker = owner.substring(0, owner.lastIndexOf('.'));
        cluster.kill(worker).ifPresent(pid -> {
            kills++;
            news = " | kill -9 of " + worker + ", which served the letter (process " + pid + ")";
            if (!terminal.interactive()) {
                terminal.say("  " + news.substring(2));
            }
        });
    }

    private String status(long startNanos) {
        return String.format("%4.1f s  %,5d of %,d keystrokes%s", (System.nanoTime() - startNanos) / 1e9,
                text.applied(),
                trace.transactions().size(), news);
    }

    private TextWatcher messages() {
        TextWatcher reader = new TextWatcher(trace.start(), trace.transactions().size());
        letter.getAll().forEach(reader::onMessage);
        return reader;
    }

    private Finding textFinding(String claim, TextWatcher watcher) throws InterruptedException {
        try {
            return new Finding(claim, watcher.finished().get(CATCH_UP_SECONDS, TimeUnit.SECONDS).equals(trace.end()));
        } catch (ExecutionException e) {
            return new Finding(claim + ": " + e.getMessage(), false);
        } catch (TimeoutException e) {
            return new Finding(claim + ": it ends after message " + watcher.applied(), false);
        }
    }

    /** Something to wait for. */
    interface Condition {
        boolean holds() throws IOException;
    }

    static boolean eventually(Condition condition) throws IOException, InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(CATCH_UP_SECONDS);
        while (!condition.holds()) {
            if (System.nanoTime() > end) {
                return false;
            }
            TimeUnit.MILLISECONDS.sleep(20);
        }
        return true;
    }

    int kills() {
        return kills;
    }

    long longestWaitMillis() {
        return typist.longestWaitMillis();
    }

    long resumes() {
        return watches.stream().mapToLong(watch -> watch.stats().resumes()).sum();
    }

    long resets() {
        return watches.stream().mapToLong(watch -> watch.stats().resets()).sum();
    }

    long changesSeen() {
        return watches.stream().mapToLong(watch -> watch.stats().changes()).sum();
    }

    /** Puts everything into the streams' files. */
    void flush() {
        for (String name : List.of(LETTER, TERMINAL, SETTINGS)) {
            writers.client().stream(name).flush();
        }
    }

    @Override
    public void close() {
        output.close();
        settings.close();
        watches.forEach(Watch::close);
        writers.close();
        readers.close();
        moreReaders.close();
    }

    /** Something that the demonstration claims, and whether it is so. */
    record Finding(String claim, boolean holds) {}
}
