// SPDX-License-Identifier: Apache-2.0
package io.natspersist.client;

import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * Writes a value of any size into a stream, a few parts of it in memory at a time. The message is there once
 * {@link #commit()} has returned, and not before; closing without it gives the value up, and leaves nothing behind. For one
 * thread, which waits here.
 *
 * <pre>{@code
 * try (ValueWriter out = pictures.newValue(SetOptions.key("cat.png"))) {
 *     Files.copy(file, out);
 *     out.commit();
 * }
 * }</pre>
 */
public final class ValueWriter extends OutputStream {

    private final PersistClient client;
    private final Upload upload;
    /** Given the parts' announcement, or else the whole value. */
    private final BiFunction<@Nullable Upload, byte[], CompletableFuture<Stored>> set;
    private final Deque<CompletableFuture<Void>> underWay = new ArrayDeque<>();
    private final int partBytes;
    private final int wholeBytes;
    private byte[] buffer;
    private int buffered;
    private boolean closed;

    /** @param wholeBytes a value of at most so many is set at once */
    ValueWriter(PersistClient client, Upload upload, int partBytes, int wholeBytes,
            BiFunction<@Nullable Upload, byte[], CompletableFuture<Stored>> set) {
        this.client = client;
        this.upload = upload;
        this.partBytes = partBytes;
        this.wholeBytes = Math.min(wholeBytes, partBytes);
        this.set = set;
        this.buffer = new byte[Math.min(partBytes, 8_192)];
    }

    @Override
    public void write(int b) throws IOException {
        write(new byte[]{(byte) b}, 0, 1);
    }

    /** @throws IOException with the {@link PersistException} as its cause, where a part cannot be stored */
    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        java.util.Objects.checkFromIndexSize(offset, length, bytes.length);
        if (closed) {
            throw new IOException("closed");
        }
        for (int done = 0; done < length;) {
            if (buffered == partBytes) {
                sendBuffer();
            }
            int some = Math.min(length - done, partBytes - buffered);
            if (buffered + some > buffer.length) {
                buffer = Arrays.copyOf(buffer, (int) Math.min(partBytes, 2L * (buffered + some)));
            }
            System.arraycopy(bytes, offset + done, buffer, buffered, some);
            buffered += some;
            done += some;
        }
    }

    private void sendBuffer() throws IOException {
        byte[] part = buffered == buffer.length ? buffer : Arrays.copyOf(buffer, buffered);
        buffer = new byte[partBytes];
        buffered = 0;
        try {
            if (underWay.size() == PartsAhead.WINDOW) {
                client.await(underWay.remove());
            }
            underWay.add(upload.send(part));
        } catch (PersistException e) {
            closed = true;
            throw new IOException(e.getMessage(), e);
        }
    }

    /** How many bytes were written so far. */
    public long size() {
        return upload.size() + buffered;
    }

    /**
     * Stores the message, with all that was written as its value.
     *
     * @throws PersistException when that fails; with {@code UPLOAD_INCOMPLETE} parts went with the machine of a worker: begin again
     */
    public Stored commit() throws IOException {
        if (closed) {
            throw new IOException("closed");
        }
        boolean whole = upload.size() == 0 && buffered <= wholeBytes;
        if (!whole && buffered > 0) {
            sendBuffer();
        }
        closed = true;
        while (!underWay.isEmpty()) {
            client.await(underWay.remove());
        }
        return client.await(set.apply(whole ? null : upload, whole ? Arrays.copyOf(buffer, buffered) : new byte[0]));
    }

    /** Gives the value up, unless it was committed. */
    @Override
    public void close() {
        closed = true;
        buffer = new byte[0];
        underWay.clear();
    }
}
