// SPDX-License-Identifier: Apache-2.0
package io.natspersist.protocol;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** The answer to {@code resume}. */
public sealed interface ChangeBatch {

    /** The most bytes that a batch takes beside its changes. */
    int OVERHEAD = 64;

    /** The stream's last change. */
    long change();

    /** The owner's epoch. */
    long epoch();

    /**
     * What the client missed, in order; perhaps nothing, and perhaps not yet all: it asks again while the last one is below
     * {@link #change()}.
     */
    record Changes(List<WireChange> changes, long change, long epoch) implements ChangeBatch {
        public Changes {
            changes = List.copyOf(changes);
        }
    }

    /**
     * The client must read everything again.
     *
     * @param lost how many changes that the client saw are gone; 0: the log merely does not reach back
     */
    record Reset(long change, long epoch, long lost) implements ChangeBatch {}

    default byte[] encode() {
        return PackWriter.encode(to -> {
            to.map(4);
            if (this instanceof Changes some) {
                to.field("kind", "changes").text("changes").array(some.changes().size());
                some.changes().forEach(change -> WireChangeCodec.write(change, to));
            } else if (this instanceof Reset reset) {
                to.field("kind", "reset").field("lost", reset.lost());
            }
            to.field("change", change()).field("epoch", epoch());
        });
    }

    /** @throws BadMessage naming the field that is wrong, such as {@code changes[3].o} */
    static ChangeBatch decode(byte[] bytes) {
        return PackReader.decode(bytes, ChangeBatch::read);
    }

    private static ChangeBatch read(PackReader from) {
        var batch = new Object() {
            @Nullable
            String kind;
            List<WireChange> changes = List.of();
            long change = -1;
            long epoch = -1;
            long lost;
        };
        from.map(name -> {
            switch (name) {
                case "kind" -> batch.kind = from.text();
                case "changes" -> batch.changes = from.list(() -> WireChangeCodec.read(from));
                case "change" -> batch.change = from.number();
                case "epoch" -> batch.epoch = from.number();
                case "lost" -> batch.lost = from.number();
                default -> from.skip();
            }
        });
        long change = MessageFields.required("change", batch.change);
        long epoch = MessageFields.required("epoch", batch.epoch);
        if ("changes".equals(batch.kind)) {
            return new Changes(batch.changes, change, epoch);
        } else if ("reset".equals(batch.kind)) {
            return new Reset(change, epoch, batch.lost);
        }
        throw new BadMessage("kind", "is neither changes nor reset");
    }
}
