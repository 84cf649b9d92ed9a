// SPDX-License-Identifier: Apache-2.0
package io.natspersist.transport.nats;

import io.nats.client.Options;
import io.nats.client.impl.SocketDataPortWithWriteTimeout;
import java.io.IOException;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/**
 * A socket whose incoming headers are kept from jnats, whose outgoing bytes are counted, and which is read no faster than
 * messages are handled; secured with files as they are at that moment. Made by jnats, by name. Read by one thread at a time.
 */
public final class ShieldedPort extends SocketDataPortWithWriteTimeout {

    private final HeaderShield shield = new HeaderShield();
    private final byte[] buffer = new byte[1 << 16];
    private int start;
    private int end;
    private @Nullable Backlog backlog;
    private @Nullable Inflow inflow;
    private @Nullable LinkEvents events;

    @Override
    public void afterConstruct(Options options) {
        super.afterConstruct(options);
        if (options.getConnectionListener() instanceof LinkEvents ours) {
            events = ours;
            backlog = ours.backlog();
            inflow = ours.inflow();
        }
    }

    @Override
    public void upgradeToSecure() throws IOException {
        LinkEvents ours = events;
        if (ours == null || ours.tls() == null) {
            super.upgradeToSecure();
            return;
        }
        try {
            SSLSocket secured = ours.tls().secured(socket, host, port);
            in = secured.getInputStream();
            out = secured.getOutputStream();
            socket = secured;
            isSecure = true;
        } catch (SSLException e) {
            ours.insecure().accept(e);
            throw e;
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
            int n = readSome();
            if (n <= 0) {
                return n;
            }
            start = 0;
            end = n;
        }
    }

    /** A server that does not like the certificate that it was shown says so only after the handshake. */
    private int readSome() throws IOException {
        try {
            return super.read(buffer, 0, buffer.length);
        } catch (SSLException e) {
            if (events != null) {
                events.insecure().accept(e);
            }
            throw e;
        }
    }
}
