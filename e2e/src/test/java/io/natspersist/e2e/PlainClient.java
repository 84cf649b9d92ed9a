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
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A NATS client of a few lines that sends whatever it is told, legal or not: what a client in any language puts on the wire.
 * Text is ISO-8859-1, a character a byte.
 */
final class PlainClient implements AutoCloseable {

    private final String inbox;
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
        this(url, "", "_INBOX.plain");
    }

    /** @param user with the password of the same name; empty: nobody in particular */
    PlainClient(String url, String user, String inbox) throws IOException {
        this.inbox = inbox;
        URI uri = URI.create(url);
        socket = new Socket(uri.getHost(), uri.getPort());
        socket.setSoTimeout(10_000);
        in = new BufferedInputStream(socket.getInputStream());
        out = socket.getOutputStream();
        line();
        String login = user.isEmpty() ? "" : ",\"user\":\"" + user + "\",\"pass\":\"" + user + "\"";
        send("CONNECT {\"verbose\":false,\"pedantic\":false,\"headers\":true,\"no_responders\":true" + login
                + "}\r\nSUB " + inbox + " 1\r\n");
    }

    /** For how long an answer is waited for. */
    void patience(int millis) throws IOException {
        socket.setSoTimeout(millis);
    }

    /** @param headers lines as they are, without the ends; none: a message without headers */
    Reply request(String subject, String payload, String... headers) throws IOException {
        if (headers.length == 0) {
            send("PUB " + subject + " " + inbox + " " + payload.length() + "\r\n" + payload + "\r\n");
        } else {
            String block = "NATS/1.0\r\n" + String.join("\r\n", headers) + "\r\n\r\n";
            send("HPUB " + subject + " " + inbox + " " + block.length() + " " + (block.length() + payload.length())
                    + "\r\n" + block + payload + "\r\n");
        }
        return reply();
    }

    /**
     * Sends lines of the protocol; what the server has said by the time it has dealt with all of them: complaints, and the
     * lines and payloads of messages, but for the inbox's.
     */
    List<String> exchange(String... lines) throws IOException {
        send(String.join("\r\n", lines) + (lines.length == 0 ? "" : "\r\n") + "PING\r\n");
        List<String> said = new ArrayList<>();
        for (String line = line(); !line.equals("PONG"); line = line()) {
            if (line.startsWith("MSG ") || line.startsWith("HMSG ")) {
                String payload = bytes(Integer.parseInt(line.substring(line.lastIndexOf(' ') + 1)));
                line();
                if (!line.contains(" " + inbox + " ")) {
                    said.add(line + " " + payload);
                }
            } else if (line.startsWith("-ERR")) {
                said.add(line);
            }
        }
        return said;
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
