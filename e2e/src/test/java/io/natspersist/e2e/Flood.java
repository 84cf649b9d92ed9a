// SPDX-License-Identifier: Apache-2.0
package io.natspersist.e2e;

import io.natspersist.protocol.HeaderNames;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.BitSet;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A NATS connection that sends requests without waiting for their answers, as fast as the server takes them and never
 * dropping one, and counts what comes back. Requests are sent by one thread.
 */
final class Flood implements AutoCloseable {

    private static final String INBOX = "_INBOX.flood.";

    private final Socket socket;
    private final OutputStream out;
    private final Thread reader = new Thread(this::read, "flood");
    private final Runnable answered;
    private int sent;
    private volatile @Nullable Exception failure;
    /** Guarded by this: which requests were answered, and how often what came of them. */
    private final BitSet answers = new BitSet();
    private Map<String, Integer> outcomes = new TreeMap<>();

    /** @param answered is called after each answer, on the reading thread */
    Flood(String url, Runnable answered) throws IOException {
        URI uri = URI.create(url);
        this.answered = answered;
        socket = new Socket(uri.getHost(), uri.getPort());
        socket.setTcpNoDelay(true);
        out = new BufferedOutputStream(socket.getOutputStream(), 1 << 16);
        write("CONNECT {\"verbose\":false,\"headers\":true,\"no_responders\":true}\r\nSUB " + INBOX + "* 1\r\n");
        reader.start();
    }

    /** @param headers whole lines, without their ends */
    void request(String subject, String headers, byte[] payload) throws IOException {
        String block = "NATS/1.0\r\n" + headers + "\r\n\r\n";
        write("HPUB " + subject + " " + INBOX + sent++ + " " + block.length() + " " + (block.length() + payload.length)
                + "\r\n" + block);
        synchronized (out) {
            out.write(payload);
            out.write('\r');
            out.write('\n');
        }
    }

    void flush() throws IOException {
        synchronized (out) {
            out.flush();
        }
    }

    int sent() {
        return sent;
    }

    synchronized int answered() {
        if (failure != null) {
            throw new AssertionError(failure);
        }
        return answers.cardinality();
    }

    /** How often what came of requests since the last time: "done", or an error's name. */
    synchronized Map<String, Integer> outcomes() {
        Map<String, Integer> soFar = outcomes;
        outcomes = new TreeMap<>();
        return soFar;
    }

    private void write(String text) throws IOException {
        synchronized (out) {
            out.write(text.getBytes(StandardCharsets.ISO_8859_1));
        }
    }

    private void read() {
        try {
            InputStream in = new BufferedInputStream(socket.getInputStream(), 1 << 16);
            for (String line = line(in); line != null; line = line(in)) {
                if (line.startsWith("PING")) {
                    write("PONG\r\n");
                    flush();
                } else if (line.startsWith("MSG ") || line.startsWith("HMSG ")) {
                    String[] words = line.split(" ");
                    String message = new String(in.readNBytes(Integer.parseInt(words[words.length - 1]) + 2),
                            StandardCharsets.ISO_8859_1);
                    take(Integer.parseInt(words[1].substring(INBOX.length())), outcome(words[0], message));
                    answered.run();
                } else if (line.startsWith("-ERR")) {
                    throw new IOException(line);
                }
            }
        } catch (IOException | RuntimeException e) {
            failure = e;
        }
    }

    private synchronized void take(int request, String outcome) {
        if (answers.get(request)) {
            throw new IllegalStateException("a second answer: " + outcome);
        }
        answers.set(request);
        outcomes.merge(outcome, 1, Integer::sum);
    }

    /** An error that may be repeated says so, and when. */
    private static String outcome(String kind, String message) {
        if (kind.equals("MSG")) {
            return "done";
        }
        String[] error = message.split(HeaderNames.ERROR + ": ");
        boolean asItShouldBe = message.contains(HeaderNames.RETRYABLE + ": true")
                && message.contains(HeaderNames.NO_SIDE_EFFECTS + ": true")
                && message.contains(HeaderNames.RETRY_AFTER + ": ");
        return (error.length == 1 ? message.strip() : error[1].split("\r\n")[0])
                + (asItShouldBe ? "" : ", not to be repeated");
    }

    private static @Nullable String line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int b = in.read(); b != '\n'; b = in.read()) {
            if (b < 0) {
                return null;
            }
            line.append((char) b);
        }
        return line.toString().strip();
    }

    @Override
    public void close() throws IOException {
        socket.close();
        try {
            reader.join();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
