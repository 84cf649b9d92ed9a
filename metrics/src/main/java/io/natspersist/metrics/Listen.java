// SPDX-License-Identifier: Apache-2.0
package io.natspersist.metrics;

import java.net.InetSocketAddress;

/**
 * Where metrics and health are asked.
 *
 * @param port 0: any that is free
 */
public record Listen(String host, int port) {

    private static final String LOOPBACK = "127.0.0.1";

    public Listen {
        if (port < 0 || port > 65_535) {
            throw new IllegalArgumentException("a port is 0 to 65535");
        }
        if (host.isEmpty()) {
            throw new IllegalArgumentException("the host is empty");
        }
    }

    /** @throws IllegalArgumentException when the text is neither {@code PORT} nor {@code HOST:PORT} */
    public static Listen parse(String text) {
        int colon = text.lastIndexOf(':');
        String port = text.substring(colon + 1);
        if (!port.matches("[0-9]{1,5}")) {
            throw new IllegalArgumentException("PORT or HOST:PORT");
        }
        return new Listen(colon < 0 ? LOOPBACK : text.substring(0, colon).replaceAll("^\\[|\\]$", ""),
                Integer.parseInt(port));
    }

    InetSocketAddress address() {
        return new InetSocketAddress(host, port);
    }
}
