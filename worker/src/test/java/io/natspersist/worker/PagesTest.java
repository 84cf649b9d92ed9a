// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker;

import static org.assertj.core.api.Assertions.assertThat;

import io.natspersist.protocol.ChangeBatch;
import io.natspersist.protocol.HeaderNames;
import io.natspersist.protocol.MessagePage;
import io.natspersist.protocol.WireChange;
import io.natspersist.protocol.WireMessage;
import io.natspersist.transport.Headers;
import io.natspersist.transport.Message;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Reads of some of a stream: by time, the last n, newest first; from memory and from the file alike. */
class PagesTest {

    private final OneCluster cluster = new OneCluster(1);

    @BeforeEach
    void oneWorkerServesEverything() {
        cluster.start("w0");
        cluster.assign("w0", null);
    }

    private void set(String value, String... headers) {
        assertThat(cluster.ask("w0", "set", "a", Headers.of(headers), value).headers().first(HeaderNames.ERROR))
                .isNull();
    }

    private MessagePage page(Map<String, String> headers) {
        Headers.Builder all = Headers.builder();
        headers.forEach(all::add);
        return MessagePage.decode(cluster.ask("w0", "getAll", "a", all.build(), "").payload());
    }

    /** Asks for one page after the other, as docs/protocol.md says. */
    private List<Long> all(String... headers) {
        List<Long> seqs = new ArrayList<>();
        Map<String, String> ask = new TreeMap<>();
        for (int i = 0; i < headers.length; i += 2) {
            ask.put(headers[i], headers[i + 1]);
        }
        for (long next = -1; next != 0;) {
            MessagePage page = page(ask);
            page.messages().forEach(m -> seqs.add(m.seq()));
            next = page.next();
            if ("newest".equals(ask.get(HeaderNames.ORDER))) {
                ask.put(HeaderNames.END_SEQ, "" + next);
                ask.computeIfPresent(HeaderNames.LAST_N, (h, n) -> "" + (Long.parseLong(n) - page.messages().size()));
            } else {
                ask.put(HeaderNames.START_SEQ, "" + next);
                ask.remove(HeaderNames.LAST_N);
            }
        }
        return seqs;
    }

    /** Seqs 1 to 9, of the times 10 to 90, but for 5, which was deleted; 8 is of the time 15. */
    private void fill(boolean flushed) {
        for (int i = 1; i <= 9; i++) {
            set("v" + i, HeaderNames.TIME, i == 8 ? "15" : i + "0");
        }
        cluster.ask("w0", "delete", "a", Headers.of(HeaderNames.SEQ, "5"), "");
        if (flushed) {
            cluster.ask("w0", "flush", "a", Headers.NONE, "");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void rangesOrdersAndCountsGoTogetherInPagesOfAnySize(boolean flushed) {
        fill(flushed);
        for (String limit : List.of("1", "2", "3", "100")) {
            assertThat(all(HeaderNames.LIMIT, limit)).containsExactly(1L, 2L, 3L, 4L, 6L, 7L, 8L, 9L);
            assertThat(all(HeaderNames.LIMIT, limit, HeaderNames.ORDER, "newest")).containsExactly(9L, 8L, 7L, 6L, 4L,
                    3L,
                    2L, 1L);
            assertThat(all(HeaderNames.LIMIT, limit, HeaderNames.LAST_N, "3")).containsExactly(7L, 8L, 9L);
            assertThat(all(HeaderNames.LIMIT, limit, HeaderNames.LAST_N, "3", HeaderNames.ORDER, "newest"))
                    .containsExactly(9L, 8L, 7L);
            assertThat(all(HeaderNames.LIMIT, limit, HeaderNames.LAST_N, "3", HeaderNames.END_SEQ, "6"))
                    .containsExactly(3L, 4L, 6L);
            assertThat(all(HeaderNames.LIMIT, limit, HeaderNames.LAST_N, "100")).hasSize(8);
            assertThat(all(HeaderNames.LIMIT, limit, HeaderNames.START_TIME, "20", HeaderNames.END_TIME, "60"))
                    .containsExactly(2L, 3L, 4L, 6L);
            assertThat(all(HeaderNames.LIMIT, limit, HeaderNames.END_TIME, "20", HeaderNames.ORDER, "newest"))
                    .containsExactly(8L, 2L, 1L);
            assertThat(all(HeaderNames.LIMIT, limit, HeaderNames.END_TIME, "20", HeaderNames.LAST_N, "2"))
                    .containsExactly(2L, 8L);
            assertThat(all(HeaderNames.LIMIT, limit, HeaderNames.START_TIME, "91")).isEmpty();
            assertThat(all(HeaderNames.LIMIT, limit, HeaderNames.START_SEQ, "4", HeaderNames.END_SEQ, "3")).isEmpty();
        }
    }

    @Test
    void argumentsThatAreNoneAreRefused() {
        for (List<String> bad : List.of(List.of(HeaderNames.LAST_N, "0"), List.of(HeaderNames.ORDER, "random"),
                List.of(HeaderNames.END_TIME, "-1"), List.of(HeaderNames.START_TIME, "yesterday"))) {
            Message answer = cluster.ask("w0", "getAll", "a", Headers.of(bad.toArray(String[]::new)), "");
            assertThat(answer.headers().first(HeaderNames.ERROR)).as("%s", bad).isEqualTo("BAD_REQUEST");
        }
    }

    /** Messages of the first page's change or before, and then the changes after it, are the stream. */
    @ParameterizedTest
    @ValueSource(strings = {"oldest", "newest"})
    void pagesAreConsistentWhileWritersOverwrite(String order) {
        for (int i = 0; i < 40; i++) {
            set("v" + i, HeaderNames.KEY, "k" + i);
        }
        List<WireMessage> seen = new ArrayList<>();
        Map<String, String> ask = new TreeMap<>(Map.of(HeaderNames.ORDER, order, HeaderNames.LIMIT, "3"));
        long base = 0;
        for (int n = 0;; n++) {
            MessagePage page = page(ask);
            base = base == 0 ? page.change() : base;
            assertThat(page.change()).isGreaterThanOrEqualTo(base);
            seen.addAll(page.messages());
            if (page.next() == 0) {
                break;
            }
            ask.put(order.equals("newest") ? HeaderNames.END_SEQ : HeaderNames.START_SEQ, "" + page.next());
            set("w" + n, HeaderNames.KEY, "k" + (n * 7) % 40);
            cluster.ask("w0", "delete", "a", Headers.of(HeaderNames.KEY, "k" + (n * 11) % 40), "");
            if (n % 4 == 0) {
                cluster.ask("w0", "flush", "a", Headers.NONE, "");
            }
        }
        long first = base;
        Map<Long, String> told = new TreeMap<>();
        seen.stream().filter(m -> m.change() <= first).forEach(m -> told.put(m.seq(), new String(m.value())));
        assertThat(told).hasSizeGreaterThan(10);
        for (WireChange change : changesAfter(first)) {
            switch (change) {
                case WireChange.Set set -> {
                    told.put(set.seq(), new String(set.value()));
                    replaced(set.key(), set.seq()).forEach(told::remove);
                }
                case WireChange.Delete delete -> delete.seqs().forEach(told::remove);
                default -> throw new AssertionError(change);
            }
        }
        Map<Long, String> there = new TreeMap<>();
        page(Map.of()).messages().forEach(m -> there.put(m.seq(), new String(m.value())));
        assertThat(told).isEqualTo(there);
    }

    private List<Long> replaced(String key, long by) {
        return changesAfter(0).stream()
                .filter(c -> c instanceof WireChange.Set s && key.equals(s.key()) && s.seq() < by)
                .map(c -> ((WireChange.Set) c).seq()).toList();
    }

    private List<WireChange> changesAfter(long change) {
        Headers from = Headers.of(HeaderNames.EPOCH, change == 0 ? "0" : "1", HeaderNames.CHANGE, "" + change);
        return ((ChangeBatch.Changes) ChangeBatch
                .decode(cluster.ask("w0", "resume", "a", from, "").payload())).changes();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aMessageIsFoundByItsId(boolean flushed) {
        set("first", HeaderNames.MSG_ID, "id-1", HeaderNames.TIME, "100");
        set("second", HeaderNames.MSG_ID, "id-2", HeaderNames.TIME, "200");
        cluster.ask("w0", "delete", "a", Headers.of(HeaderNames.SEQ, "2"), "");
        if (flushed) {
            cluster.ask("w0", "flush", "a", Headers.NONE, "");
        }

        assertThat(ofId(HeaderNames.OF_MSG_ID, "id-1")).isEqualTo("first");
        assertThat(ofId(HeaderNames.OF_MSG_ID, "id-1", HeaderNames.START_TIME, "100")).isEqualTo("first");
        assertThat(ofId(HeaderNames.OF_MSG_ID, "id-1", HeaderNames.START_TIME, "101")).isEqualTo("NOT_FOUND");
        assertThat(ofId(HeaderNames.OF_MSG_ID, "id-2")).isEqualTo("NOT_FOUND");
        assertThat(ofId(HeaderNames.OF_MSG_ID, "id-1", HeaderNames.KEY, "k")).isEqualTo("BAD_REQUEST");
        assertThat(ofId(HeaderNames.OF_MSG_ID, "i".repeat(257))).isEqualTo("BAD_NAME");
    }

    private String ofId(String... headers) {
        Message answer = cluster.ask("w0", "get", "a", Headers.of(headers), "");
        String error = answer.headers().first(HeaderNames.ERROR);
        return error == null ? new String(answer.payload()) : error;
    }
}
