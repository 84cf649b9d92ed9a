// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.replay;

import static org.assertj.core.api.Assertions.assertThat;

import io.natspersist.client.Change;
import io.natspersist.client.Position;
import io.natspersist.client.Reset;
import io.natspersist.client.StreamMessage;
import io.natspersist.transport.Headers;
import java.util.List;
import org.junit.jupiter.api.Test;

class TextWatcherTest {

    private final TextWatcher watcher = new TextWatcher("", 3);

    @Test
    void hasTheTextOnceAllMessagesCame() {
        watcher.onMessage(typed(1, 0, "a"));
        change(typed(2, 1, "c"));
        assertThat(watcher.finished()).isNotDone();
        change(typed(3, 1, "b"));
        assertThat(watcher.finished()).isCompletedWithValue("abc");
    }

    @Test
    void beginsAgainAfterAReset() {
        change(typed(1, 0, "a"));
        watcher.onReset(new Reset(Reset.Reason.LOG_TRIMMED, 0, new Position(1, 1)));
        for (int seq = 1; seq <= 3; seq++) {
            watcher.onMessage(typed(seq, 0, "x"));
        }
        assertThat(watcher.finished()).isCompletedWithValue("xxx");
    }

    @Test
    void noticesAMissingMessage() {
        change(typed(1, 0, "a"));
        change(typed(3, 0, "b"));
        assertThat(watcher.finished()).isCompletedExceptionally();
    }

    @Test
    void noticesAMessageThatComesTwice() {
        change(typed(1, 0, "a"));
        change(typed(1, 0, "a"));
        assertThat(watcher.finished()).isCompletedExceptionally();
    }

    private void change(StreamMessage message) {
        watcher.onChange(new Change.Set(new Position(1, message.seq()), message));
    }

    private static StreamMessage typed(long seq, int position, String text) {
        return new StreamMessage(seq, 0, 0, seq, null, null, Headers.NONE,
                PatchCodec.write(List.of(new Patch(position, 0, text))));
    }
}
