// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.stream;

import io.natspersist.worker.file.CatalogEntry;
import io.natspersist.worker.file.StreamFile;
import io.natspersist.worker.file.StreamFileException;
import io.natspersist.worker.file.StreamFiles;
import io.natspersist.worker.file.StreamFiles.Opened;
import io.natspersist.worker.file.Tombstone;
import java.util.ArrayDeque;
import java.util.concurrent.Executor;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A stream's file and what is done with it: one thing at a time, in the order asked, off the loop. The file is opened when
 * something needs it, and made when something must be stored. After a failure the file is let go of, untouched; whatever
 * comes next opens it afresh. Everything here is called on the loop, and calls back on it.
 */
final class FileLane {

    private final Stream stream;
    private final StreamHost host;
    private final Supplier<Consumer<StreamFile>> mending;

    private final ArrayDeque<Task> queue = new ArrayDeque<>(0);
    private boolean busy;

    /**
     * @param where its blocking part runs
     * @param begin called on the loop; gives the blocking part, which gives what is to be done on the loop afterwards
     */
    private record Task(Executor where, Supplier<Supplier<Runnable>> begin) {}

    private boolean open;
    private boolean exists;
    private boolean triedToCreate;
    /** Whether the file was found to be damaged, or gone, when it was opened again. */
    private boolean lost;
    /** Whether something that does not block is to come before the next task. */
    private boolean held;

    /** Touched only by the one task that runs off the loop. */
    private @Nullable StreamFile file;
    /** What the stream goes on from if its file must be made; touched likewise. */
    private @Nullable Tombstone before;

    /**
     * @param mending asked on the loop before each task: what must be done, off the loop, to a file that is opened again, so
     *        that it holds what it held before
     */
    FileLane(Stream stream, StreamHost host, Supplier<Consumer<StreamFile>> mending) {
        this.stream = stream;
        this.host = host;
        this.mending = mending;
    }

    /** Whether the file is open, as of the last task that came back. */
    boolean isOpen() {
        return open;
    }

    /** Whether the file, which the stream had, was not there any more when it was last opened, or was damaged and is set aside. */
    boolean isLost() {
        return lost;
    }

    /** Whether nothing is being done with the file, nor waits. */
    boolean isIdle() {
        return !busy;
    }

    /** Whether the stream has a file, as far as is known. */
    boolean exists() {
        return exists;
    }

    /** Opens the file for the first time; {@code then} gets what that came to, and what {@code read} made of the file. */
    <T> void open(Function<StreamFile, T> read, BiConsumer<Opened, @Nullable T> then) {
        StreamFiles files = stream.backing().files();
        enqueue(host.fileThreads(), () -> () -> {
            Opened opened = files.open(stream.name(), stream.slot(), stream.epoch());
            T value = null;
            if (opened instanceof Opened.Absent absent) {
                before = absent.before();
            }
            if (opened instanceof Opened.File f) {
                file = f.file();
                try {
                    value = read.apply(f.file());
                } catch (StreamFileException e) {
                    letGo();
                    opened = e.kind() == StreamFileException.Kind.CORRUPT
                            ? new Opened.Unfit(e.why())
                            : new Opened.Unavailable(e.why());
                }
            }
            Opened result = opened;
            T answer = value;
            return () -> {
                exists = result instanceof Opened.File;
                nowOpen(exists);
                then.accept(result, answer);
            };
        });
    }

    /** The stream, which has no file, goes on from there when one is made. Nothing is being done with the file. */
    void goOnFrom(@Nullable Tombstone tombstone) {
        before = tombstone;
    }

    /** Does something with the file, which is opened, or made, if need be. */
    <T> void with(Function<StreamFile, T> task, Consumer<T> done, Consumer<StreamFileException> failed) {
        with(host.fileThreads(), () -> task, done, failed);
    }

    /** The same; what is to be done is asked for, on the loop, when it is its turn. */
    <T> void with(Supplier<Function<StreamFile, T>> task, Consumer<T> done, Consumer<StreamFileException> failed) {
        with(host.fileThreads(), task, done, failed);
    }

    /** The same for what nobody waits for. */
    <T> void inBackground(Function<StreamFile, T> task, Consumer<T> done, Consumer<StreamFileException> failed) {
        with(host.flushThreads(), () -> task, done, failed);
    }

    /** The same; what is to be done is asked for, on the loop, when it is its turn. */
    <T> void inBackground(Supplier<Function<StreamFile, T>> task, Consumer<T> done,
            Consumer<StreamFileException> failed) {
        with(host.flushThreads(), task, done, failed);
    }

    private <T> void with(Executor where, Supplier<Function<StreamFile, T>> begin, Consumer<T> done,
            Consumer<StreamFileException> failed) {
        enqueue(where, () -> {
            Function<StreamFile, T> task = begin.get();
            StreamFiles files = stream.backing().files();
            Consumer<StreamFile> mend = mending.get();
            boolean mustExist = exists;
            boolean surelyAbsent = !exists && !triedToCreate;
            triedToCreate |= !exists;
            return () -> {
                try {
                    T value = task.apply(opened(files, mustExist, surelyAbsent, mend));
                    return () -> {
                        exists = true;
                        nowOpen(true);
                        done.accept(value);
                    };
                } catch (StreamFileException e) {
                    return failing(e, told -> {
                        failed.accept(told);
                        stream.fileFailed(told);
                    });
                }
            };
        });
    }

    /** Closes the file, if it is open, so that it holds everything by itself; {@code done} gets its counters then. */
    void close(Consumer<StreamFile.@Nullable State> done, Consumer<StreamFileException> failed) {
        enqueue(host.fileThreads(), () -> () -> {
            StreamFile f = file;
            try {
                StreamFile.State state = null;
                if (f != null) {
                    f.sync();
                    state = f.state();
                    f.close();
                    file = null;
                }
                StreamFile.State last = state;
                return () -> {
                    nowOpen(false);
                    done.accept(last);
                };
            } catch (StreamFileException e) {
                return failing(e, failed);
            }
        });
    }

    /**
     * Removes the file, which holds nothing but the change that destroyed the stream, once the catalog has its tombstone for good. {@code done}
     * gets the tombstone, or null where something was stored in the file meanwhile.
     */
    void bury(Consumer<@Nullable Tombstone> done, Consumer<StreamFileException> failed) {
        StreamFiles files = stream.backing().files();
        enqueue(host.flushThreads(), () -> {
            Consumer<StreamFile> mend = mending.get();
            return () -> {
                try {
                    StreamFile f = opened(files, true, false, mend);
                    f.sync();
                    if (!f.state().destroyed()) {
                        return () -> {
                            nowOpen(true);
                            done.accept(null);
                        };
                    }
                    Tombstone tombstone = f.tombstone();
                    f.close();
                    file = null;
                    if (host.mistake(StreamMistake.FILE_GONE_BEFORE_TOMBSTONE)) {
                        files.remove(stream.name(), stream.slot(), stream.epoch());
                    }
                    return () -> {
                        nowOpen(false);
                        if (!stream.isIdleForBurial()) {
                            done.accept(null);
                            return;
                        }
                        held = true;
                        stream.backing().catalog().put(CatalogEntry.of(stream.name(), tombstone), true,
                                () -> remove(files, tombstone, done, failed), e -> notBuried(e, failed));
                    };
                } catch (StreamFileException e) {
                    return failing(e, failed);
                }
            };
        });
    }

    /**
     * Removes the file, which is closed and of which there is a cold copy, once the catalog says so for good. Nothing else is done with it any
     * more; {@code done} gets whether it is gone.
     */
    void evict(CatalogEntry entry, Consumer<Boolean> done) {
        StreamFiles files = stream.backing().files();
        stream.backing().catalog().put(entry.evicted(), true, () -> apart(() -> {
            files.remove(stream.name(), stream.slot(), stream.epoch());
            return true;
        }, gone -> {
            exists = false;
            done.accept(true);
        }, e -> done.accept(false)), e -> done.accept(false));
    }

    private void remove(StreamFiles files, Tombstone tombstone, Consumer<@Nullable Tombstone> done,
            Consumer<StreamFileException> failed) {
        host.flushThreads().execute(() -> {
            try {
                files.remove(stream.name(), stream.slot(), stream.epoch());
                before = tombstone;
                host.loop().execute(() -> {
                    exists = false;
                    triedToCreate = false;
                    done.accept(tombstone);
                    goOn();
                });
            } catch (StreamFileException e) {
                host.loop().execute(() -> notBuried(e, failed));
            }
        });
    }

    /** The file may be there or not. */
    private void notBuried(StreamFileException e, Consumer<StreamFileException> failed) {
        exists = false;
        triedToCreate = true;
        failed.accept(e);
        goOn();
    }

    private void goOn() {
        held = false;
        busy = false;
        next();
    }

    /** Removes the file, which is closed, with all that it holds; whether or not that succeeds, {@code then} runs. */
    void discard(Runnable then) {
        StreamFiles files = stream.backing().files();
        apart(() -> {
            files.remove(stream.name(), stream.slot(), stream.epoch());
            return true;
        }, done -> then.run(), e -> then.run());
    }

    /** Does something off the loop that has to come between what is done with the file. */
    <T> void apart(Supplier<T> task, Consumer<T> done, Consumer<StreamFileException> failed) {
        enqueue(host.fileThreads(), () -> () -> {
            try {
                T value = task.get();
                return () -> done.accept(value);
            } catch (StreamFileException e) {
                return () -> failed.accept(e);
            }
        });
    }

    private StreamFile opened(StreamFiles files, boolean mustExist, boolean surelyAbsent, Consumer<StreamFile> mend) {
        if (file != null) {
            return file;
        }
        if (surelyAbsent) {
            file = files.create(stream.name(), stream.slot(), stream.epoch(), before);
            return file;
        }
        Opened opened = files.open(stream.name(), stream.slot(), stream.epoch());
        lost = mustExist && (opened instanceof Opened.Absent || opened instanceof Opened.Cold
                || opened instanceof Opened.Corrupt);
        StreamFile f = switch (opened) {
            case Opened.File there -> there.file();
            case Opened.Absent absent when !mustExist ->
                files.create(stream.name(), stream.slot(), stream.epoch(),
                        absent.before() == null ? before : absent.before());
            case Opened.Absent absent ->
                throw failure(StreamFileException.Kind.UNAVAILABLE, "its file is not where it was");
            case Opened.Cold cold ->
                throw failure(StreamFileException.Kind.UNAVAILABLE, "its file is not where it was");
            case Opened.Unavailable u -> throw failure(StreamFileException.Kind.UNAVAILABLE, u.why());
            case Opened.Unfit u -> throw failure(StreamFileException.Kind.CORRUPT, u.why());
            case Opened.Corrupt c -> throw failure(StreamFileException.Kind.CORRUPT, c.why());
        };
        file = f;
        mend.accept(f);
        return f;
    }

    /** Lets go of the file, which has failed; returns what is to be told on the loop. */
    private Runnable failing(StreamFileException e, Consumer<StreamFileException> failed) {
        letGo();
        StreamFileException told = healable(e);
        return () -> {
            nowOpen(false);
            failed.accept(told);
        };
    }

    /** Where there is a cold tier, damage is a matter of trying again: a file that is damaged comes back from its copy. */
    private StreamFileException healable(StreamFileException e) {
        boolean heals = e.kind() == StreamFileException.Kind.CORRUPT && host.tiering() != null
                && stream.backing().lasts();
        return heals ? failure(StreamFileException.Kind.UNAVAILABLE, "its file is damaged: " + e.why()) : e;
    }

    private StreamFileException failure(StreamFileException.Kind kind, String why) {
        return new StreamFileException(kind, stream.name(), why, null);
    }

    private void letGo() {
        if (file != null) {
            file.abandon();
            file = null;
        }
    }

    private void nowOpen(boolean now) {
        boolean before = open;
        open = now;
        if (now) {
            host.fileUsed(stream);
        } else if (before) {
            host.fileClosed(stream);
        }
    }

    private void enqueue(Executor where, Supplier<Supplier<Runnable>> begin) {
        queue.add(new Task(where, begin));
        if (!busy) {
            next();
        }
    }

    private void next() {
        Task task = queue.poll();
        if (task == null) {
            return;
        }
        busy = true;
        Supplier<Runnable> offLoop = task.begin.get();
        task.where.execute(() -> {
            Runnable back = offLoop.get();
            host.loop().executeHere(() -> {
                back.run();
                if (!held) {
                    busy = false;
                    next();
                }
            });
        });
    }
}
