// SPDX-License-Identifier: Apache-2.0
package io.natspersist.metrics;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Serves {@code /metrics}, {@code /health/live} and {@code /health/ready} over HTTP: 200, or 503 with a line for every reason. Each
 * request asks the process's loop how it stands; a loop that does not answer within {@value #PATIENCE_MILLIS} ms is not alive.
 */
public final class ObservationServer<S> implements AutoCloseable {

    private static final long PATIENCE_MILLIS = 5_000;
    private static final int THREADS = 2;
    private static final String TEXT = "text/plain; version=0.0.4; charset=utf-8";

    private final Observed<S> observed;
    private final long patienceMillis;
    private final HttpServer http;
    private final ExecutorService threads;
    private final PrometheusPage<S> page;
    private @Nullable S last;

    private record Answer(int status, String text) {}

    private ObservationServer(Observed<S> observed, Listen where, long patienceMillis) throws IOException {
        this.observed = observed;
        this.patienceMillis = patienceMillis;
        this.page = new PrometheusPage<>(observed.metrics(), observed.tags());
        this.threads = Executors.newFixedThreadPool(THREADS,
                Thread.ofPlatform().daemon().name("observe-", 1).factory());
        this.http = HttpServer.create(where.address(), 0);
        http.setExecutor(threads);
        serve("/metrics", this::metrics);
        serve("/health/live", () -> health(observed::hung));
        serve("/health/ready", () -> health(observed::notReady));
    }

    public static <S> ObservationServer<S> start(Observed<S> observed, Listen where) throws IOException {
        return start(observed, where, PATIENCE_MILLIS);
    }

    static <S> ObservationServer<S> start(Observed<S> observed, Listen where, long patienceMillis) throws IOException {
        ObservationServer<S> server = new ObservationServer<>(observed, where, patienceMillis);
        server.http.start();
        return server;
    }

    /** Such as {@code http://127.0.0.1:9464}. */
    public String url() {
        String host = http.getAddress().getAddress().getHostAddress();
        return "http://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + http.getAddress().getPort();
    }

    @Override
    public void close() {
        http.stop(0);
        threads.shutdown();
        synchronized (page) {
            page.close();
        }
    }

    private interface Page {
        Answer now() throws InterruptedException;
    }

    private void serve(String path, Page answer) {
        http.createContext(path, exchange -> {
            try (exchange) {
                send(exchange, exchange.getRequestURI().getPath().equals(path)
                        ? answer.now()
                        : new Answer(404, "not found\n"));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
    }

    private static void send(HttpExchange exchange, Answer answer) throws IOException {
        byte[] body = answer.text.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", TEXT);
        boolean head = exchange.getRequestMethod().equals("HEAD");
        exchange.sendResponseHeaders(answer.status, head ? -1 : body.length);
        if (!head) {
            try (OutputStream out = exchange.getResponseBody()) {
                out.write(body);
            }
        }
    }

    /** Where the loop hangs: how it stood when last asked, which is when one most wants to know. */
    private Answer metrics() throws InterruptedException {
        S now = ask();
        synchronized (page) {
            last = now == null ? last : now;
            return last == null
                    ? new Answer(503, "the loop does not answer\n")
                    : new Answer(200, page.render(last));
        }
    }

    private Answer health(Function<S, List<String>> problems) throws InterruptedException {
        S now = ask();
        List<String> found = now == null
                ? List.of("the loop has not answered for " + patienceMillis + " ms")
                : problems.apply(now);
        return found.isEmpty() ? new Answer(200, "ok\n") : new Answer(503, String.join("\n", found) + "\n");
    }

    private @Nullable S ask() throws InterruptedException {
        try {
            return observed.moment().get(patienceMillis, TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            return null;
        } catch (ExecutionException e) {
            throw new IllegalStateException("cannot say how it stands", e.getCause());
        }
    }
}
