// SPDX-License-Identifier: Apache-2.0
package io.natspersist.protocol.service;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.natspersist.loop.EventLoop;
import io.natspersist.protocol.Json;
import io.natspersist.protocol.Subjects;
import io.natspersist.transport.Headers;
import io.natspersist.transport.Message;
import io.natspersist.transport.Transport;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Answers {@code $SRV.PING}, {@code $SRV.INFO} and {@code $SRV.STATS} (each alone, with the service's name, or with name and id),
 * so that {@code nats micro} lists this process. Only inboxes are answered. What is told is asked for on the loop.
 */
public final class MicroService {

    private static final String TYPE = "io.nats.micro.v1.";

    private final Transport transport;
    private final EventLoop loop;
    private final Subjects subjects;
    private final ServiceIdentity self;
    private final Supplier<Map<String, String>> metadata;
    private final Supplier<List<EndpointStats>> endpoints;
    private final String started;
    private final List<Transport.Subscription> subscriptions = new ArrayList<>();

    /**
     * @param metadata called on the loop
     * @param endpoints called on the loop; names and subjects stay the same
     */
    public MicroService(Transport transport, EventLoop loop, Subjects subjects, ServiceIdentity self,
            Supplier<Map<String, String>> metadata, Supplier<List<EndpointStats>> endpoints) {
        this.transport = transport;
        this.loop = loop;
        this.subjects = subjects;
        this.self = self;
        this.metadata = metadata;
        this.endpoints = endpoints;
        this.started = Instant.ofEpochMilli(loop.wallMillis()).toString();
    }

    public void open() {
        listen("PING", this::ping);
        listen("INFO", this::info);
        listen("STATS", this::stats);
    }

    public void close() {
        subscriptions.forEach(Transport.Subscription::close);
        subscriptions.clear();
    }

    private void listen(String verb, Supplier<Object> answer) {
        String all = "$SRV." + verb;
        String named = all + "." + self.name();
        for (String subject : List.of(all, named, named + "." + self.id())) {
            subscriptions.add(transport.subscribe(subject, null, request -> loop.execute(() -> tell(request, answer))));
        }
    }

    private void tell(Message request, Supplier<Object> answer) {
        String replyTo = request.replyTo();
        if (replyTo != null && subjects.isSafeReply(replyTo)) {
            transport.publish(replyTo, null, Headers.NONE, Json.write(answer.get()));
        }
    }

    private Ping ping() {
        return new Ping(TYPE + "ping_response", self.name(), self.id(), self.version(), metadata.get());
    }

    private Info info() {
        List<InfoEndpoint> all = endpoints.get().stream()
                .map(e -> new InfoEndpoint(e.name(), e.subject(), e.queueGroup(), Map.of())).toList();
        return new Info(TYPE + "info_response", self.name(), self.id(), self.version(), metadata.get(),
                self.description(), all);
    }

    private Stats stats() {
        return new Stats(TYPE + "stats_response", self.name(), self.id(), self.version(), metadata.get(), started,
                endpoints.get());
    }

    private record Ping(String type, String name, String id, String version, Map<String, String> metadata) {}

    private record Info(String type, String name, String id, String version, Map<String, String> metadata,
            String description, List<InfoEndpoint> endpoints) {}

    private record InfoEndpoint(String name, String subject, @JsonProperty("queue_group") String queueGroup,
            Map<String, String> metadata) {}

    private record Stats(String type, String name, String id, String version, Map<String, String> metadata,
            String started, List<EndpointStats> endpoints) {}
}
