// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.journal;

import io.natspersist.loop.ThreadEventLoop;
import io.natspersist.protocol.table.Incarnation;
import io.natspersist.worker.disk.VolumeDisk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.function.Consumer;

/**
 * A process that writes a journal as fast as it goes, and says on its output what was acknowledged: {@code opened}, then a change's
 * number a line, and {@code halted}. It halts as a worker does: at the first fault, or when it is told to.
 */
final class JournalProcess {

    private static final int AT_ONCE = 50;

    private final ThreadEventLoop loop = new ThreadEventLoop("loop", JournalProcess::halt);
    private final Executor probes = Executors.newSingleThreadExecutor();
    private final JournalWriter writer;
    private long appended;

    private JournalProcess(Path volume, Incarnation id, JournalConfig config) throws IOException {
        writer = new JournalWriter(new VolumeDisk(volume), id, loop, Executors.newFixedThreadPool(2), config,
                JournalProcess::halt);
    }

    /** Arguments: the volume, the incarnation, the durability. */
    public static void main(String[] args) throws IOException, InterruptedException {
        JournalConfig config = JournalConfig.DEFAULT.withSegmentBytes(20_000).withSpace(0, 0)
                .withDurability(Durability.valueOf(args[2]));
        JournalProcess process = new JournalProcess(Path.of(args[0]), Incarnation.parse(args[1]), config);
        process.loop.execute(() -> process.writer.open(() -> {
            say("opened");
            process.append();
            process.watch();
        }));
        new CountDownLatch(1).await();
    }

    private void append() {
        for (int i = 0; i < AT_ONCE; i++) {
            long number = ++appended;
            writer.append(JournalRun.change(number, 100));
            writer.whenDurable(() -> say(Long.toString(number)));
        }
        writer.whenDurable(() -> loop.after(1, this::append));
    }

    private void watch() {
        Consumer<Boolean> told = found -> {
            if (found) {
                halt(new IOException("told to halt"));
            }
            loop.after(200, this::watch);
        };
        writer.checkRelease(probes, told);
    }

    private static void say(String line) {
        System.out.println(line);
        System.out.flush();
    }

    private static void halt(Throwable why) {
        say("halted: " + why);
        Runtime.getRuntime().halt(3);
    }
}
