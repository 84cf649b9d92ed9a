// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.cold;

import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;

/**
 * Stands in front of an HTTP server on the loopback address and does to its answers what a test wants; PUTs of one path reach the
 * server one after the other. One request per connection; from any thread.
 */
public final class FaultyWire implements AutoCloseable {

    /** What becomes of a request. */
    public sealed interface Fault {

        /** Answered so; the server does not see it. */
        record Answers(int status, String code) implements Fault {}

        /** Answered after this many ms. */
        record Slow(long millis) implements Fault {}

        /** The answer comes a byte at a time, with this many ms between. */
        record Trickles(long millis) implements Fault {}

        /** The connection ends in the middle of the answer's body. */
        record Truncated() implements Fault {}

        /** One bit in the middle of the answer's body is turned over. */
        record Altered() implements Fault {}

        /** One bit in the middle of the request's body is turned over. */
        record SentAltered() implements Fault {}

        /** Done, but the connection ends without an answer. */
        record Lost() implements Fault {}
    }

    private record Planned(String method, Fault fault, AtomicInteger left) {}

    private final int server;
    private final Set<Closeable> open = ConcurrentHashMap.newKeySet();
    private final List<Planned> plan = new CopyOnWriteArrayList<>();
    private final List<ReentrantLock> puts = Stream.generate(ReentrantLock::new).limit(64).toList();
    private final AtomicInteger requests = new AtomicInteger();
    private final int port;
    private final InetAddress at;
    private volatile ServerSocket listening;

    private FaultyWire(ServerSocket listening, int server) {
        this.listening = listening;
        this.server = server;
        this.port = listening.getLocalPort();
        this.at = listening.getInetAddress();
    }

    /** To this port, from one of this address. */
    public static FaultyWire to(int server, InetAddress at) throws IOException {
        FaultyWire wire = new FaultyWire(new ServerSocket(0, 100, at), server);
        wire.accept(wire.listening);
        return wire;
    }

    public int port() {
        return port;
    }

    /** Requests that arrived, with those that got a fault. */
    public int requests() {
        return requests.get();
    }

    /** What happens to the next so many requests of this method, GET, PUT or POST. */
    public void fail(String method, int times, Fault fault) {
        plan.add(new Planned(method, fault, new AtomicInteger(times)));
    }

    /** Refuses connections, until {@link #heal}. */
    public void cut() throws IOException {
        listening.close();
    }

    /** Forgets what has not happened. */
    public void heal() throws IOException {
        plan.clear();
        if (listening.isClosed()) {
            ServerSocket again = new ServerSocket();
            again.setReuseAddress(true);
            again.bind(new InetSocketAddress(at, port), 100);
            listening = again;
            accept(again);
        }
    }

    @Override
    public void close() {
        quietly(listening);
        open.forEach(FaultyWire::quietly);
    }

    private void accept(ServerSocket at) {
        Thread.ofVirtual().start(() -> {
            while (!at.isClosed()) {
                try {
                    Socket client = at.accept();
                    Thread.ofVirtual().start(() -> serve(client));
                } catch (IOException e) {
                    quietly(at);
                }
            }
        });
    }

    private void serve(Socket client) {
        open.add(client);
        try (client; Socket upstream = new Socket(InetAddress.getLoopbackAddress(), server)) {
            open.add(upstream);
            pass(client, upstream);
            open.remove(upstream);
        } catch (IOException e) {
            // The other side sees it.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            open.remove(client);
        }
    }

    private void pass(Socket client, Socket upstream) throws IOException, InterruptedException {
        InputStream in = new BufferedInputStream(client.getInputStream());
        String head = head(in);
        byte[] body = in.readNBytes(contentLength(head));
        requests.incrementAndGet();
        Fault fault = next(head);
        OutputStream out = client.getOutputStream();
        if (fault instanceof Fault.Answers(int status, String code)) {
            out.write(error(status, code));
            return;
        }
        if (fault instanceof Fault.SentAltered) {
            body[body.length / 2] ^= 1;
        }
        if (!head.startsWith("PUT ")) {
            answer(fault, ask(upstream, head, body), out);
            return;
        }
        // The server looks at a condition before it stores, and not in one step as S3 does.
        InputStream answer;
        ReentrantLock lock = puts.get(Math.floorMod(head.substring(0, head.indexOf("\r\n")).hashCode(), puts.size()));
        lock.lock();
        try {
            answer = new ByteArrayInputStream(ask(upstream, head, body).readAllBytes());
        } finally {
            lock.unlock();
        }
        answer(fault, answer, out);
    }

    private static InputStream ask(Socket upstream, String head, byte[] body) throws IOException {
        OutputStream up = upstream.getOutputStream();
        up.write(closing(head).getBytes(StandardCharsets.ISO_8859_1));
        up.write(body);
        up.flush();
        return new BufferedInputStream(upstream.getInputStream());
    }

    private static void answer(Fault fault, InputStream answer, OutputStream out)
            throws IOException, InterruptedException {
        if (fault == null || fault instanceof Fault.SentAltered) {
            answer.transferTo(out);
            return;
        }
        byte[] begin = closing(head(answer)).getBytes(StandardCharsets.ISO_8859_1);
        byte[] rest = answer.readAllBytes();
        switch (fault) {
            case Fault.Slow(long millis) -> {
                Thread.sleep(millis);
                out.write(begin);
                out.write(rest);
            }
            case Fault.Trickles(long millis) -> {
                out.write(begin);
                for (byte each : rest) {
                    out.write(each);
                    Thread.sleep(millis);
                }
            }
            case Fault.Truncated _ -> {
                out.write(begin);
                out.write(Arrays.copyOf(rest, rest.length / 2));
            }
            case Fault.Altered _ -> {
                rest[rest.length / 2] ^= 1;
                out.write(begin);
                out.write(rest);
            }
            default -> {
                // Lost.
            }
        }
    }

    private Fault next(String head) {
        for (Iterator<Planned> each = plan.iterator(); each.hasNext();) {
            Planned planned = each.next();
            if (head.startsWith(planned.method() + " ") && planned.left().getAndDecrement() > 0) {
                return planned.fault();
            }
        }
        return null;
    }

    /** With the empty line that ends it. */
    private static String head(InputStream in) throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        int state = 0;
        while (state < 4) {
            int next = in.read();
            if (next < 0) {
                throw new EOFException();
            }
            head.write(next);
            state = next == "\r\n\r\n".charAt(state) ? state + 1 : next == '\r' ? 1 : 0;
        }
        return head.toString(StandardCharsets.ISO_8859_1);
    }

    private static int contentLength(String head) {
        return head.lines().filter(line -> line.toLowerCase(Locale.ROOT).startsWith("content-length:"))
                .mapToInt(line -> Integer.parseInt(line.substring("content-length:".length()).strip())).findFirst()
                .orElse(0);
    }

    private static String closing(String head) {
        int firstLine = head.indexOf("\r\n") + 2;
        return head.substring(0, firstLine) + "Connection: close\r\n"
                + head.substring(firstLine).replaceAll("(?im)^(connection|keep-alive):.*\r\n", "");
    }

    private static byte[] error(int status, String code) {
        String body = "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Error><Code>" + code
                + "</Code><Message>as the test wants it</Message></Error>";
        return ("HTTP/1.1 " + status + " " + code
                + "\r\nContent-Type: application/xml\r\nConnection: close\r\nContent-Length: "
                + body.length() + "\r\n\r\n" + body).getBytes(StandardCharsets.ISO_8859_1);
    }

    private static void quietly(Closeable closeable) {
        try {
            closeable.close();
        } catch (IOException e) {
            // It is of no use any more.
        }
    }
}
