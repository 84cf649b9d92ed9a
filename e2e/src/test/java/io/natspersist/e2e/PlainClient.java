// SPDX-License-Identifier: Apache-2.0
package io.natspersist.e2e;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A NATS client of a few lines that sends whatever it is told, legal or not: what a client in any language puts on the wire.
 * Text is ISO-8859-1, a character a byte.
 */
final class PlainClient implements AutoCloseable {

    private static final String INBOX = "_INBOX.plain";

    private final Socket socket;
    private final InputStream in;
    private final OutputStream out;

    /** An answer, or the server's complaint ({@code -ERR ...}) with no headers. */
    record Reply(Map<String, String> headers, String payload) {

        String error() {
            if (headers.getOrDefault("status", "").startsWith("503")) {
                return "NO_RESPONDERS";
            }
            return headers.getOrDefault("Persist-Error", payload.startsWith("-ERR") ? payload : "");
        }
    }

    PlainClient(String url) throws IOException {
        URI uri = URI.create(url);
        socket = new Socket(uri.getHost(), uri.getPort());
        socket.setSoTimeout(10_000);
        in = new BufferedInputStream(socket.getInputStream());
        out = socket.getOutputStream();
        line();
        send("CONNECT {\"verbose\":false,\"pedantic\":false,\"headers\":true,\"no_responders\":true}\r\nSUB " + INBOX
                + " 1\r\n");
    }

    /** For how long an answer is waited for. */
    void patience(int millis) throws IOException {
        socket.setSoTimeout(millis);
    }

    /** @param headers lines as they are, without the ends; none: a message without headers */
    Reply request(String subject, String payload, String... headers) throws IOException {
        if (headers.length == 0) {
            send("PUB " + subject + " " + INBOX + " " + payload.length() + "\r\n" + payload + "\r\n");
        } else {
            String block = "NATS/1.0\r\n" + String.join("\r\n", headers) + "\r\n\r\n";
            send("HPUB " + subject + " " + INBOX + " " + block.length() + " " + (block.length() + payload.length())
                    + "\r\n" + block + payload + "\r\n");
        }
        return reply();
    }

    private void send(String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.ISO_8859_1));
        out.flush();
    }

    private Reply reply() throws IOException {
        while (true) {
            String line = line();
            String[] words = line.split(" ");
            switch (words[0]) {
                case "PING" -> send("PONG\r\n");
                case "MSG" -> {
                    String payload = bytes(Integer.parseInt(words[words.length - 1]));
                    line();
                    return new Reply(Map.of(), payload);
                }
                case "HMSG" -> {
                    int headerLength = Integer.parseInt(words[words.length - 2]);
                    String headers = bytes(headerLength);
                    String payload = bytes(Integer.parseInt(words[words.length - 1]) - headerLength);
                    line();
                    return new Reply(parse(headers), payload);
                }
                case "-ERR" -> {
                    return new Reply(Map.of(), line);
                }
                default -> {
                    // +OK, INFO
                }
            }
        }
    }

    private static Map<String, String> parse(String block) {
        Map<String, String> headers = new LinkedHashMap<>();
        String[] lines = block.split("\r\n");
        headers.put("status", lines[0].substring("NATS/1.0".length()).trim());
        for (int i = 1; i < lines.length; i++) {
            int colon = lines[i].indexOf(':');
            headers.put(lines[i].substring(0, colon), lines[i].substring(colon + 1).trim());
        }
        return headers;
    }

    private String line() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int b = in.read(); b != '\n'; b = in.read()) {
            if (b < 0) {
                throw new IOException("the server has closed the connection after '" + line + "'");
            }
            line.write(b);
        }
        return line.toString(StandardCharsets.ISO_8859_1).trim();
    }

    private String bytes(int count) throws IOException {
        return new String(in.readNBytes(count), StandardCharsets.ISO_8859_1);
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
