// SPDX-License-Identifier: Apache-2.0
package io.natspersist.client;

import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/**
 * Reads a message's value of any size, a few parts of it in memory at a time. What was read is checked part by part, and as
 * a whole before its end is told. For one thread, which waits here. Where the message is replaced or deleted meanwhile,
 * reading fails: with an {@link IOException} whose cause is a {@link PersistException} with {@code NOT_FOUND}.
 */
public final class ValueReader extends InputStream {

    private final PersistClient client;
    private final StreamMessage message;
    private final @Nullable PartsAhead parts;
    private byte[] part;
    private int at;
    private boolean closed;

    ValueReader(PersistClient client, AsyncStream stream, StoredValue value) {
        this.client = client;
        this.message = value.message();
        this.parts = value.parts() == 0 ? null : new PartsAhead(stream, value);
        byte[] here = message.value();
        this.part = here == null ? new byte[0] : here;
    }

    /** The message; without its value where that is large. */
    public StreamMessage message() {
        return message;
    }

    /** The value's bytes. */
    public long size() {
        return message.size();
    }

    @Override
    public int read() throws IOException {
        return ready() ? part[at++] & 0xff : -1;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        java.util.Objects.checkFromIndexSize(offset, length, bytes.length);
        if (length == 0) {
            return 0;
        }
        if (!ready()) {
            return -1;
        }
        int some = Math.min(length, part.length - at);
        System.arraycopy(part, at, bytes, offset, some);
        at += some;
        return some;
    }

    @Override
    public int available() {
        return closed ? 0 : part.length - at;
    }

    /** Whether there is another byte. */
    private boolean ready() throws IOException {
        if (closed) {
            throw new IOException("closed");
        }
        while (at == part.length) {
            if (parts == null || parts.isEmpty()) {
                return false;
            }
            try {
                part = parts.take(client.await(parts.next()));
                at = 0;
            } catch (PersistException e) {
                throw new IOException(e.getMessage(), e);
            }
        }
        return true;
    }

    @Override
    public void close() {
        closed = true;
        part = new byte[0];
        at = 0;
    }
}
