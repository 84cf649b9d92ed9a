// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.stream;

import io.natspersist.protocol.ErrorCode;
import io.natspersist.protocol.StreamConfig;
import io.natspersist.transport.Headers;
import io.natspersist.worker.change.Change;
import io.natspersist.worker.change.Message;
import io.natspersist.worker.cold.ColdTier;
import io.natspersist.worker.file.StreamFile.KeySeq;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What an operation came to. {@code change} is the stream's change number that it reflects, {@code epoch} the owner's. */
public sealed interface Result {

    record Stored(long seq, long change, long epoch, boolean duplicate) implements Result {}

    /** @param items one for each: {@link Stored} or {@link Refused} */
    record StoredMany(List<Result> items, long change, long epoch) implements Result {}

    record Found(Message message, long epoch) implements Result {}

    record PartKept(String upload, int part) implements Result {}

    record PartFound(int part, int crc32c, byte[] data) implements Result {}

    /** @param deleted how many messages went; of a duplicate this is not known, and 0 */
    record Removed(long deleted, long change, long epoch, boolean duplicate) implements Result {}

    /**
     * @param destroyed whether there was such a stream
     * @param deleted how many messages went with it; of a duplicate this is not known, and 0
     */
    record Destroyed(boolean destroyed, long deleted, long change, long epoch, boolean duplicate) implements Result {}

    /** @param next where the next page starts, newest first: ends; 0: this is the last one */
    record Page(List<Message> messages, long next, long change, long epoch) implements Result {}

    /** @param next the key after which the next page starts; null: this is the last one */
    record KeyPage(List<KeySeq> keys, @Nullable String next, long change, long epoch) implements Result {}

    record Info(long messages, long bytes, long firstSeq, long lastSeq, long change, long epoch,
            boolean ephemeral) implements Result {}

    /** @param effective the configuration with the defaults for the stream's name */
    record Configured(StreamConfig config, StreamConfig effective, long change, long epoch,
            boolean duplicate) implements Result {}

    /** @param versions those that are kept, the newest first */
    record Versions(List<ColdTier.Copy> versions) implements Result {}

    record Flushed(long change, long epoch) implements Result {}

    /** @param changes those after the client's, in order, perhaps not all */
    record Missed(List<Change> changes, long change, long epoch) implements Result {}

    /** @param lost how many changes the client saw that the stream does not have; 0: its log does not reach back */
    record Reset(long lost, long change, long epoch) implements Result {}

    /** All of an atomic request was refused, because of the item with this index. */
    record RefusedItem(int index, Refused why) implements Result {}

    /**
     * @param retryAfterMillis 0: no advice
     * @param details what the answer says beside, in headers
     */
    record Refused(ErrorCode code, String why, long retryAfterMillis, Headers details) implements Result {
        public Refused(ErrorCode code, String why) {
            this(code, why, 0);
        }

        public Refused(ErrorCode code, String why, long retryAfterMillis) {
            this(code, why, retryAfterMillis, Headers.NONE);
        }
    }
}
