// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.archive;

import io.natspersist.cli.terminal.ExitCode;
import io.natspersist.cli.terminal.Failure;
import io.natspersist.client.PersistClient;
import io.natspersist.client.PersistException;
import io.natspersist.client.Stored;
import io.natspersist.client.StreamHandle;
import io.natspersist.client.StreamMessage;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Puts a stream's messages back under their seqs; what has expired by now is left out, the rest expires when it was to. What is there already, the same in everything, is left alone, so that it can
 * be done again.
 */
final class ImportedStream {

    private static final int UNDER_WAY = 256;

    private final Path lines;
    private final PersistClient client;
    private final boolean replace;
    private final LongSupplier clock;
    private final Deque<CompletableFuture<Stored>> underWay = new ArrayDeque<>();
    private String name = "";
    private long changeBefore;
    private long stored;
    private long same;
    private long expired;

    /**
     * @param replace whether another message under the same seq is replaced; else it is an error
     * @param clock ms since the epoch
     */
    ImportedStream(Path lines, PersistClient client, boolean replace, LongSupplier clock) {
        this.lines = lines;
        this.client = client;
        this.replace = replace;
        this.clock = clock;
    }

    /** How many messages were stored, were there already, and had expired. */
    record Counts(String stream, long stored, long same, long expired) {}

    Counts read() throws IOException {
        try (BufferedReader in = Files.newBufferedReader(lines)) {
            int number = 1;
            String line = in.readLine();
            name = line == null ? "" : Archive.JSON.readTree(line).path("stream").asText();
            if (name.isEmpty()) {
                throw broken(number, "it does not name its stream", null);
            }
            StreamHandle stream = client.stream(name);
            changeBefore = stream.info().position().change();
            Target target = new Target(stream.getAll().iterator());
            for (line = in.readLine(); line != null; line = in.readLine()) {
                ImportedMessage message;
                number++;
                try {
                    message = ImportedMessage.read(line, folder(), clock.getAsLong());
                } catch (IOException | IllegalArgumentException e) {
                    throw broken(number, String.valueOf(e.getMessage()), e);
                }
                if (message.expired()) {
                    expired++;
                } else {
                    take(message, target.at(message.seq()), stream);
                }
            }
        }
        while (!underWay.isEmpty()) {
            join();
        }
        return new Counts(name, stored, same, expired);
    }

    /** The messages that the stream held when the import began. */
    private static final class Target {
        private final Iterator<StreamMessage> messages;
        private @Nullable StreamMessage next;

        Target(Iterator<StreamMessage> messages) {
            this.messages = messages;
        }

        /** Asked for growing seqs. */
        @Nullable
        StreamMessage at(long seq) {
            while ((next == null || next.seq() < seq) && messages.hasNext()) {
                next = messages.next();
            }
            return next != null && next.seq() == seq ? next : null;
        }
    }

    private void take(ImportedMessage message, @Nullable StreamMessage there, StreamHandle stream) throws IOException {
        if (there != null && message.isSameAs(there, stream)) {
            same++;
            return;
        }
        if (there != null && !replace) {
            throw new Failure(ExitCode.CONFLICT, "stream " + name + " has another message under seq " + message.seq()
                    + "; --replace would overwrite it");
        }
        if (message.file() != null) {
            try (InputStream value = Files.newInputStream(message.file())) {
                check(message.seq(), stream.set(message.options(), value));
            }
        } else {
            underWay.add(stream.async().set(message.options(), message.value()).thenApply(done -> {
                check(message.seq(), done);
                return done;
            }));
            if (underWay.size() >= UNDER_WAY) {
                join();
            }
        }
        stored++;
    }

    private Path folder() {
        Path parent = lines.toAbsolutePath().getParent();
        return parent == null ? lines : parent;
    }

    private void join() {
        try {
            underWay.remove().join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof PersistException || e.getCause() instanceof Failure) {
                throw (RuntimeException) e.getCause();
            }
            throw e;
        }
    }

    /** An id is remembered for some minutes, also of what was deleted before: nothing was stored then. One of now was only sent twice. */
    private void check(long seq, Stored done) {
        if (done.duplicate() && done.position().change() <= changeBefore) {
            throw new Failure(ExitCode.CONFLICT, "stream " + name + " remembers the message id of seq " + seq
                    + ", used within the last minutes: import again in three minutes");
        }
    }

    private Failure broken(int line, String why, @Nullable Exception cause) {
        String message = lines + ", line " + line + ": " + why;
        return cause == null ? new Failure(ExitCode.FAILED, message) : new Failure(ExitCode.FAILED, message, cause);
    }
}
