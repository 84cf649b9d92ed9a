// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.stream;

import io.natspersist.loop.EventLoop;
import io.natspersist.protocol.StreamConfig;
import io.natspersist.protocol.StreamName;
import io.natspersist.worker.change.Change;
import io.natspersist.worker.file.Archived;
import io.natspersist.worker.file.CatalogEntry;
import io.natspersist.worker.stream.Result.Refused;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What a stream needs of the worker that it is open in. Called on the worker's loop, but for {@link #mistake}. */
interface StreamHost {

    EventLoop loop();

    /** What keeps the streams of a slot that is served, unless they are ephemeral. */
    OnVolume onVolume(int slot);

    /** What keeps the ephemeral ones. */
    InMemory inMemory(int slot);

    /** Where file work runs that somebody waits for, off the loop. */
    Executor fileThreads();

    /** Where the rest of it runs: thousands of transactions must not hold up a stream that is opened. */
    Executor flushThreads();

    RecentIds recentIds();

    RecentReads recentReads();

    /**
     * The time that changes are decided at, ms since the epoch. It never steps back while the worker lives, whatever the wall
     * clock does.
     */
    long now();

    /** Runs {@code answer} once it is certain that nobody else had taken over when this was called. */
    void whenStillOwner(Runnable answer);

    /** Tells watchers of changes that are durable, and then runs {@code then}. */
    void tell(List<Change> changes, Runnable then);

    /** The stream has a change more in its tail. */
    void changed(Stream stream);

    /** Watchers are to be told, soon, what number the stream has come to. */
    void trailLater(Stream stream);

    /** Tail entries went into the file, which is to be synced. */
    void applied(Stream stream);

    /** So many changes went into the file, in one transaction. */
    void transaction(int changes);

    /** A watcher is told that so many changes which it saw are lost. */
    void lost(Stream stream, long changes);

    /** The journal has let go of something that the stream held in it. */
    void synced(Stream stream);

    /** What the stream is configured to where it says nothing itself. */
    StreamConfig defaultsOf(StreamName stream);

    /** {@link Stream#tidy} is to be called at that time, ms since the epoch, if the stream is open then. */
    void wake(Stream stream, long atMillis);

    /** The stream has parts that are to be deleted, now or later: {@link Uploads#clean} is to be called now and then. */
    void uploading(Stream stream);

    /** The stream's file failed; {@link Stream#retry} is to be called now and then. */
    void troubled(Stream stream);

    /** The stream's tail holds so many more bytes in memory. */
    void tailBytes(long more);

    /** So many more transactions or syncs are under way. */
    void writing(int more);

    /** The stream's file is open, and was used. */
    void fileUsed(Stream stream);

    void fileClosed(Stream stream);

    /** The stream is open, and knows the changes that were adopted for it. */
    void opened(Stream stream);

    /** The stream holds nothing any more and is to be forgotten. */
    void closed(Stream stream);

    /** The stream has lost its file and is to be forgotten; what it leaves is for its next opening. */
    void leftFile(Stream stream, AdoptedTail left);

    /** The stream could not be opened: it is to be forgotten, but its adopted changes must be kept. */
    void failedToOpen(Stream stream, Refused why);

    /** An operation came while the stream closed. */
    void submitAgain(Stream closed, Operation operation, Consumer<Result> answer);

    /** About how many bytes of messages one answer may carry. */
    long maxAnswerBytes();

    /** What archives streams' files, removes them and brings them back; null: nothing does. */
    @Nullable
    Tiering tiering();

    boolean isOpen(StreamName stream);

    /** Opens a stream of a slot that is served, if it is not open, though nobody asked for it; null: the slot is not served, or it is open. */
    @Nullable
    Stream openUnasked(StreamName stream, int slot);

    /** Closes a stream that nobody has asked anything of, when it is quiet. */
    void closeUnasked(Stream stream);

    /** Has the catalog note a copy, if the slot is still served by the owner of that epoch. */
    void mark(int slot, long epoch, Archived copy);

    /** The stream's file is gone for good, as the catalog has it. */
    void evicted(Stream stream);

    /** What the catalog is to say of the stream, and perhaps does not say yet. */
    Optional<CatalogEntry> pendingEntry(Stream stream);

    /** The stream's file is about to come back. */
    void bringingBack(Stream stream);

    /** Whether a mistake is planted, for the simulation's test of itself. */
    boolean mistake(StreamMistake which);
}
