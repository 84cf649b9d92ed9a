// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.cold;

import static io.natspersist.worker.cold.FileOfBytes.restored;
import static org.assertj.core.api.Assertions.assertThat;

import io.natspersist.protocol.StreamName;
import io.natspersist.worker.cold.ColdTier.Copy;
import io.natspersist.worker.cold.FaultyWire.Fault;
import io.natspersist.worker.cold.ObjectStoreException.Kind;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Cold copies at a real S3 server, with all that can go wrong on the way there and back. */
class ColdCopiesIT {
    private static final StreamName STREAM = new StreamName("projects.42.Notes");
    private static final int SLOT = 7;
    private static final int FOR_EVER = 1_000;

    private static S3Server server;
    private static int made;

    private final S3ObjectStore store = S3Server
            .open(server.config("copies-" + made++ + "/").withPatience(400, 1_200, 3));
    private final ColdCopies copies = copies(1);
    private final FileOfBytes file = new FileOfBytes(1, 100);

    private ColdCopies copies(long seed) {
        return new ColdCopies(store, 86_400_000, ColdCopiesTest.SIZES, new Random(seed), _ -> {});
    }

    @BeforeAll
    static void startServer() {
        server = S3Server.start();
    }

    @AfterAll
    static void stopServer() {
        server.close();
    }

    @AfterEach
    void closeStore() throws Exception {
        server.wire().heal();
        store.close();
    }

    private static Map<String, Fault> faults() {
        Map<String, Fault> faults = new LinkedHashMap<>();
        faults.put("500", new Fault.Answers(500, "InternalError"));
        faults.put("503", new Fault.Answers(503, "SlowDown"));
        faults.put("412", new Fault.Answers(412, "PreconditionFailed"));
        faults.put("slow", new Fault.Slow(600));
        faults.put("truncated", new Fault.Truncated());
        faults.put("altered", new Fault.Altered());
        faults.put("sent altered", new Fault.SentAltered());
        faults.put("answer lost", new Fault.Lost());
        return faults;
    }

    @Test
    void everyVersionComesBackFromARealServer() {
        List<Copy> archived = new ArrayList<>();
        List<byte[]> contents = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            archived.add(copies.archive(STREAM, SLOT, 3, file.resize(90 + i).changePages(10).at(60_000 * i)));
            contents.add(file.bytes());
        }

        assertThat(copies.versions(STREAM, SLOT)).isEqualTo(archived);
        for (int i = 0; i < 5; i++) {
            assertThat(restored(copies, STREAM, SLOT, archived.get(i))).isEqualTo(contents.get(i));
        }
        store.delete(List.of(ColdKeys.of(STREAM, SLOT).head()));
        assertThat(copies.versions(STREAM, SLOT)).isEqualTo(archived);
        copies.delete(STREAM, SLOT, 4);
        assertThat(store.list("streams/", null)).extracting(ObjectStore.Found::key)
                .containsExactly(ColdKeys.of(STREAM, SLOT).head());
    }

    @Test
    void whateverGoesWrongTheCopyIsTheOldOrTheNewOne() throws Exception {
        Map<Long, byte[]> contents = new LinkedHashMap<>();
        copies.archive(STREAM, SLOT, 3, file.at(1_000));
        contents.put(file.change(), file.bytes());
        Map<String, Integer> outcomes = new LinkedHashMap<>();
        long time = 60_000;
        for (Map.Entry<String, Fault> fault : faults().entrySet()) {
            for (String method : List.of("GET", "PUT")) {
                for (int times : new int[]{1, FOR_EVER}) {
                    file.changePages(10);
                    contents.put(file.change(), file.bytes());
                    server.wire().fail(method, times, fault.getValue());
                    String outcome = outcome(time += 60_000);
                    server.wire().heal();
                    outcomes.put(fault.getKey() + " " + method + (times == 1 ? " once: " : ": ") + outcome, times);

                    Copy there = copies.newest(STREAM, SLOT).orElseThrow();
                    assertThat(restored(copies, STREAM, SLOT, there)).isEqualTo(contents.get(there.change()));
                    Copy copy = copies.archive(STREAM, SLOT, 3, file.at(time));
                    assertThat(restored(copies, STREAM, SLOT, copy)).isEqualTo(file.bytes());
                }
            }
        }
        outcomes.keySet().forEach(System.out::println);
        assertThat(outcomes.keySet().stream().filter(outcome -> outcome.contains("archived as")))
                .hasSizeGreaterThan(14);
        assertThat(outcomes.keySet().stream().filter(outcome -> outcome.contains("notes"))).hasSizeGreaterThan(12);
    }

    private String outcome(long time) {
        try {
            return "archived as " + copies.archive(STREAM, SLOT, 3, file.at(time)).change();
        } catch (ObjectStoreException e) {
            assertThat(e.kind()).as(e.getMessage()).isNotEqualTo(Kind.REFUSED);
            return e.kind() + ", " + e.getMessage();
        }
    }

    @Test
    void whateverGoesWrongNothingWrongIsRestored() throws Exception {
        Copy copy = copies.archive(STREAM, SLOT, 3, file.at(1_000));
        byte[] content = file.bytes();
        for (Map.Entry<String, Fault> fault : faults().entrySet()) {
            for (int times : new int[]{1, FOR_EVER}) {
                server.wire().fail("GET", times, fault.getValue());
                try {
                    copies.restore(STREAM, SLOT, copy, new ColdTier.Target() {
                        private int at;

                        @Override
                        public void write(ByteBuffer bytes) {
                            byte[] given = new byte[bytes.remaining()];
                            bytes.get(given);
                            assertThat(given).isEqualTo(Arrays.copyOfRange(content, at, at + given.length));
                            at += given.length;
                        }
                    });
                } catch (ObjectStoreException e) {
                    assertThat(e.getMessage()).contains("notes");
                }
                server.wire().heal();
                assertThat(restored(copies, STREAM, SLOT, copy)).isEqualTo(content);
            }
        }
    }
}
