// SPDX-License-Identifier: Apache-2.0
package io.natspersist.protocol.service;

import static org.assertj.core.api.Assertions.assertThat;

import io.natspersist.protocol.Subjects;
import io.natspersist.simulation.MemoryNetwork;
import io.natspersist.simulation.VirtualTime;
import io.natspersist.transport.Headers;
import io.natspersist.transport.Message;
import io.natspersist.transport.Transport;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MicroServiceTest {

    private final VirtualTime time = new VirtualTime(1);
    private final MemoryNetwork network = new MemoryNetwork(time, 1);
    private final Transport client = network.connect(time.node("client"));
    private final List<Message> heard = new ArrayList<>();
    private final List<EndpointStats> endpoints = new ArrayList<>(
            List.of(new EndpointStats("get", "p.worker.w0.get.>", "", 4, 1, "404:no such key", 8_000)));
    private final VirtualTime.Node node = time.node("service");
    private final MicroService service = new MicroService(network.connect(node), node.loop(), new Subjects("p"),
            new ServiceIdentity("persist-worker", "abc", "1.2.3", "serves"), () -> Map.of("worker", "w0"),
            () -> endpoints);

    @BeforeEach
    void open() {
        service.open();
        client.subscribe("inbox.>", null, heard::add);
        client.subscribe("p.>", null, heard::add);
        time.runFor(100);
    }

    private List<String> ask(String subject, String replyTo) {
        heard.clear();
        client.publish(subject, replyTo, Headers.NONE, new byte[0]);
        time.runFor(100);
        return heard.stream().map(m -> new String(m.payload(), StandardCharsets.UTF_8)).toList();
    }

    @ParameterizedTest
    @ValueSource(strings = {"$SRV.PING", "$SRV.PING.persist-worker", "$SRV.PING.persist-worker.abc"})
    void aPingReachesAllOfAServiceOrOne(String subject) {
        assertThat(ask(subject, "inbox.1")).containsExactly("{\"type\":\"io.nats.micro.v1.ping_response\","
                + "\"name\":\"persist-worker\",\"id\":\"abc\",\"version\":\"1.2.3\",\"metadata\":{\"worker\":\"w0\"}}");
    }

    @Test
    void infoNamesTheEndpoints() {
        assertThat(ask("$SRV.INFO", "inbox.1")).containsExactly("{\"type\":\"io.nats.micro.v1.info_response\","
                + "\"name\":\"persist-worker\",\"id\":\"abc\",\"version\":\"1.2.3\",\"metadata\":{\"worker\":\"w0\"},"
                + "\"description\":\"serves\",\"endpoints\":[{\"name\":\"get\",\"subject\":\"p.worker.w0.get.>\","
                + "\"queue_group\":\"\",\"metadata\":{}}]}");
    }

    @Test
    void statsSayWhatWasCounted() {
        assertThat(ask("$SRV.STATS.persist-worker", "inbox.1").get(0))
                .startsWith("{\"type\":\"io.nats.micro.v1.stats_response\",")
                .containsPattern("\"started\":\"\\d{4}-\\d\\d-\\d\\dT[0-9:.]+Z\"")
                .endsWith("\"endpoints\":[{\"name\":\"get\",\"subject\":\"p.worker.w0.get.>\",\"queue_group\":\"\","
                        + "\"num_requests\":4,\"num_errors\":1,\"last_error\":\"404:no such key\","
                        + "\"processing_time\":8000,\"average_processing_time\":2000}]}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"$SRV.PING.other", "$SRV.PING.persist-worker.other", "$SRV.OTHER"})
    void whatIsAskedOfOthersIsNotAnswered(String subject) {
        assertThat(ask(subject, "inbox.1")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"p.changes.stream", "p.heartbeat.w0", "$SRV.PING"})
    void anAnswerIsNeverForgedInsideTheClustersSubjects(String replyTo) {
        assertThat(ask("$SRV.PING", replyTo)).isEmpty();
    }

    @Test
    void aClosedServiceIsSilent() {
        service.close();

        assertThat(ask("$SRV.PING", "inbox.1")).isEmpty();
    }
}
