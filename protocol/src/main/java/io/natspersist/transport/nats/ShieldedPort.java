// SPDX-License-Identifier: Apache-2.0
package io.natspersist.transport.nats;

import io.nats.client.Options;
import io.nats.client.impl.SocketDataPortWithWriteTimeout;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * A socket whose incoming headers are kept from jnats, whose outgoing bytes are counted, and which is read no faster than
 * messages are handled. Made by jnats, by name. Read by one thread at a time.
 */
public final class ShieldedPort extends SocketDataPortWithWriteTimeout {

    private final HeaderShield shield = new HeaderShield();
    private final byte[] buffer = new byte[1 << 16];
    private int start;
    private int end;
    private @Nullable Backlog backlog;
    private @Nullable Inflow inflow;

    @Override
    public void afterConstruct(Options options) {
        super.afterConstruct(options);
        if (options.getConnectionListener() instanceof LinkEvents events) {
            backlog = events.backlog();
            inflow = events.inflow();
        }
    }

    @Override
    public void write(byte[] src, int toWrite) throws IOException {
        super.write(src, toWrite);
        if (backlog != null) {
            backlog.remove(toWrite);
        }
    }

    @Override
    public int read(byte[] dst, int off, int len) throws IOException {
        while (true) {
            int given = shield.pass(buffer, start, end - start, dst, off, len);
            start += shield.taken();
            if (given > 0) {
                return given;
            }
            if (inflow != null) {
                inflow.awaitRoom();
            }
            int n = super.read(buffer, 0, buffer.length);
            if (n <= 0) {
                return n;
            }
            start = 0;
            end = n;
        }
    }
}
