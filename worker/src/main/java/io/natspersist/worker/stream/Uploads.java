// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.stream;

import io.natspersist.protocol.ErrorCode;
import io.natspersist.protocol.HeaderNames;
import io.natspersist.transport.Headers;
import io.natspersist.worker.change.LargeValue;
import io.natspersist.worker.change.Message;
import io.natspersist.worker.file.StreamFile;
import io.natspersist.worker.file.StreamFile.Part;
import io.natspersist.worker.file.StreamFile.Staged;
import io.natspersist.worker.file.StreamFile.Uploaded;
import io.natspersist.worker.file.StreamFileException;
import io.natspersist.worker.stream.Contents.Lookup;
import io.natspersist.worker.stream.Result.Refused;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One stream's large values: their parts on the way into its file and out of it, and the deletion of those that nobody needs.
 * A part is never in the journal, and in memory only while it is on its way.
 */
final class Uploads {

    /** How long an upload waits for its next part, or for the set that uses it. */
    static final long KEPT_MILLIS = 600_000;
    /** How long after a failure, or for an upload whose set is not in the file yet, cleaning waits. */
    private static final long AGAIN_MILLIS = 1_000;
    /** About how much one transaction deletes. */
    private static final long SLICE_BYTES = 8 << 20;

    private final Stream stream;
    private final StreamHost host;
    private long oldestUnused = Long.MAX_VALUE;
    private long notBeforeMillis = Long.MIN_VALUE;
    private boolean cleaning;

    Uploads(Stream stream, StreamHost host) {
        this.stream = stream;
        this.host = host;
    }

    // ---- parts coming in

    boolean part(Operation.Part op, Consumer<Result> answer) {
        Refused no = stream.refusal(op);
        if (no == null && stream.contents().tail().uses(op.upload())) {
            no = closed(op);
        }
        if (no != null) {
            answer.accept(no);
            return true;
        }
        long now = host.now();
        stream.file().with(f -> f.stage(op.upload(), op.part(), op.data(), op.crc32c(), now), staged -> {
            oldestUnused(Math.min(oldestUnused, now));
            host.whenStillOwner(() -> answer.accept(result(op, staged)));
        }, e -> answer.accept(Stream.refusal(e)));
        return true;
    }

    private static Result result(Operation.Part op, Staged staged) {
        return switch (staged) {
            case KEPT -> new Result.PartKept(op.upload(), op.part());
            case DIFFERS -> new Refused(ErrorCode.BAD_REQUEST,
                    "part " + op.part() + " of upload " + op.upload() + " is there already, with other bytes");
            case CLOSED -> closed(op);
        };
    }

    private static Refused closed(Operation.Part op) {
        return new Refused(ErrorCode.BAD_REQUEST,
                "upload " + op.upload() + " is a message's value already, or was one: choose another id");
    }

    // ---- what a set needs to know

    /** Reads what there is of an upload, and forces it if it is the value that was announced; false: not done yet. */
    boolean fetch(LargeValue value) {
        long now = host.now();
        return stream.fetch(f -> {
            Uploaded there = f.upload(value.upload(), now);
            if (refusal(value, there) == null && !host.mistake(StreamMistake.PARTS_UNFORCED)) {
                f.sync();
            }
            return there;
        }, there -> stream.contents().learnUpload(value.upload(), there));
    }

    /** Why that cannot become a message's value; null: it can. */
    @Nullable
    Refused refusal(LargeValue value, Uploaded there) {
        if (!there.open() || stream.contents().tail().uses(value.upload())) {
            return incomplete(value, "is a message's value already, or was one", Headers.NONE);
        } else if (host.mistake(StreamMistake.PARTS_UNCHECKED)) {
            return null;
        } else if (there.firstMissing() <= value.parts()) {
            return incomplete(value, "lacks part " + there.firstMissing() + " of " + value.parts(),
                    Headers.of(HeaderNames.PART, Integer.toString(there.firstMissing())));
        } else if (there.parts() > value.parts() || there.size() != value.size()) {
            return incomplete(value, "has " + there.size() + " bytes in " + there.parts() + " parts, not "
                    + value.size() + " in " + value.parts(), Headers.NONE);
        } else if (there.crc32c() != value.crc32c()) {
            return incomplete(value, "does not have the checksum that was announced", Headers.NONE);
        }
        return null;
    }

    private static Refused incomplete(LargeValue value, String why, Headers details) {
        return new Refused(ErrorCode.UPLOAD_INCOMPLETE, "upload " + value.upload() + " " + why, 0, details);
    }

    // ---- parts going out

    boolean getPart(Operation.GetPart op, Consumer<Result> answer) {
        Tail.Entry inTail = stream.contents().tail().at(op.seq());
        if (inTail != null) {
            Message message = inTail.set().message();
            read(op, f -> Optional.of(message), answer);
        } else if (stream.contents().seq(op.seq()) instanceof Lookup.Missing) {
            tell(noSuchPart(op), answer);
        } else {
            read(op, f -> f.get(op.seq()), answer);
        }
        return true;
    }

    /** Finds the message, off the loop. */
    private interface Find {
        Optional<Message> in(StreamFile file);
    }

    private void read(Operation.GetPart op, Find find, Consumer<Result> answer) {
        stream.file().with(f -> {
            LargeValue value = find.in(f).filter(m -> m.change() == op.change()).map(Message::large).orElse(null);
            if (value == null || op.part() > value.parts()) {
                return noSuchPart(op);
            }
            Optional<Part> part = f.part(value.upload(), op.part());
            return part.<Result>map(p -> new Result.PartFound(op.part(), p.crc32c(), p.data()))
                    .orElseGet(() -> new Refused(ErrorCode.STREAM_CORRUPT,
                            "part " + op.part() + " of message " + op.seq() + " is not in the stream's file"));
        }, result -> tell(result, answer), e -> answer.accept(Stream.refusal(e)));
    }

    private static Result noSuchPart(Operation.GetPart op) {
        return new Refused(ErrorCode.NOT_FOUND, "message " + op.seq() + " as of change " + op.change()
                + " is not there, or has no part " + op.part());
    }

    private void tell(Result result, Consumer<Result> answer) {
        stream.answer(() -> answer.accept(result));
    }

    // ---- deletion

    /** Takes the file's word, as of the last task that came back: see {@link StreamFile#oldestUnused()}. */
    void oldestUnused(long millis) {
        oldestUnused = millis;
        if (waits()) {
            host.uploading(stream);
        }
    }

    /** Whether something is there that is to be deleted, now or later, so that the stream must not be closed as idle. */
    boolean waits() {
        return oldestUnused != Long.MAX_VALUE && !host.mistake(StreamMistake.EVICTED_WITH_PARTS);
    }

    /** Deletes a slice of what is to be deleted, if it is time. */
    void clean() {
        long now = host.now();
        if (!stream.file().exists()) {
            oldestUnused = Long.MAX_VALUE; // it went with its stream
        }
        if (cleaning || now < notBeforeMillis || oldestUnused > now - KEPT_MILLIS) {
            return;
        }
        cleaning = true;
        stream.file().inBackground(() -> {
            // A set that was decided before this task's turn is in the tail by now; later ones see what it leaves.
            Set<String> inTail = stream.contents().tail().uploads();
            return f -> {
                f.clean(now - KEPT_MILLIS, inTail, SLICE_BYTES);
                return f.oldestUnused();
            };
        }, oldest -> {
            cleaning = false;
            oldestUnused = oldest;
            notBeforeMillis = oldest == 0 ? now : now + AGAIN_MILLIS;
        }, (StreamFileException e) -> {
            cleaning = false;
            notBeforeMillis = now + AGAIN_MILLIS;
        });
    }
}
