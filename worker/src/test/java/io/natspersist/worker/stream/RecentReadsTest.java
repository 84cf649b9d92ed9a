// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.natspersist.protocol.Cause;
import io.natspersist.protocol.StreamName;
import io.natspersist.transport.Headers;
import io.natspersist.worker.change.Change;
import io.natspersist.worker.change.Message;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RecentReadsTest {

    private static final StreamName STREAM = new StreamName("s");

    private long room = 1_000_000;
    private final RecentReads all = new RecentReads(() -> room);
    private final RecentReads.OfStream reads = all.ofStream();

    private static Message message(long seq, @Nullable String key) {
        return new Message(seq, 1, 0, seq, key, null, Headers.NONE, new byte[100]);
    }

    private static Change set(long seq, @Nullable String key) {
        return new Change.Set(STREAM, 1, 100, 1, seq, 1, 0, key, null, Headers.NONE, new byte[1]);
    }

    private void read(Message... messages) {
        List.of(messages).forEach(reads::read);
    }

    @Test
    void whatWasReadIsThereBySeqAndByKey() {
        Message message = message(7, "k");
        read(message, message(8, null));

        assertThat(reads.at(7)).isSameAs(message);
        assertThat(reads.at("k")).isSameAs(message);
        assertThat(reads.at(9)).isNull();
        assertThat(all.ofStream().at(7)).as("of another stream").isNull();
    }

    @Test
    void aSetTakesAwayWhatStoodAtItsSeqAndWhatHadItsKey() {
        read(message(1, "a"), message(2, "b"), message(3, "c"));

        reads.changed(List.of(set(1, null), set(9, "b")));

        assertThat(reads.at(1)).isNull();
        assertThat(reads.at("a")).isNull();
        assertThat(reads.at(2)).isNull();
        assertThat(reads.at("b")).isNull();
        assertThat(reads.at("c")).isNotNull();
    }

    @Test
    void deletesTakeAwayWhatTheyName() {
        read(message(1, null), message(2, null), message(3, null), message(4, "d"));

        reads.changed(List.of(new Change.Delete(STREAM, 1, 100, 1, List.of(2L, 5L), Cause.ASKED, null, null)));
        assertThat(reads.at(2)).isNull();
        assertThat(reads.at(1)).isNotNull();

        reads.changed(List.of(new Change.DeleteAll(STREAM, 1, 101, 1, 3, Cause.ASKED, null)));
        assertThat(reads.at(3)).isNull();
        assertThat(reads.at("d")).isNotNull();

        reads.changed(List.of(new Change.Destroy(STREAM, 1, 102, 1, 4, null), set(4, "d"), set(4, "d")));
        assertThat(reads.at("d")).isNull();
        assertThat(all.bytes()).isZero();
    }

    @Test
    void whatWasNotUsedForLongestGoesFirstWhereThereIsNoRoom() {
        read(message(1, null), message(2, null), message(3, null));
        reads.at(1);
        room = all.bytes() - 1;

        all.trim();

        assertThat(reads.at(1)).isNotNull();
        assertThat(reads.at(2)).isNull();
        assertThat(reads.at(3)).isNotNull();
        assertThat(all.bytes()).isLessThanOrEqualTo(room);
    }

    @Test
    void whatIsReadAgainCountsOnce() {
        read(message(1, "k"));
        long once = all.bytes();
        read(message(1, "k"));

        assertThat(all.bytes()).isEqualTo(once).isPositive();
        assertThat(reads.at("k")).isNotNull();
    }
}
