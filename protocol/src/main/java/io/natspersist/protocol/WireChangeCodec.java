// SPDX-License-Identifier: Apache-2.0
package io.natspersist.protocol;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** A change as a MessagePack map. */
final class WireChangeCodec {

    static final String SET = "set";
    static final String DELETE = "delete";
    static final String DELETE_ALL = "deleteAll";
    static final String DESTROY = "destroy";

    private WireChangeCodec() {}

    static void write(WireChange change, PackWriter to) {
        if (change instanceof WireChange.Set set) {
            to.map(5 + (set.key() == null ? 0 : 1) + (set.msgId() == null ? 0 : 1) + (set.headers().isEmpty() ? 0 : 1)
                    + (set.value() == null ? 0 : 1) + (set.largeSize() == 0 ? 0 : 1));
            common(change, SET, to).field("s", set.seq()).field("t", set.time());
            to.optional("k", set.key()).optional("i", set.msgId());
            to.optional("h", set.headers()).optional("v", set.value())
                    .optional("z", set.largeSize());
        } else if (change instanceof WireChange.Delete delete) {
            to.map(4);
            common(change, DELETE, to).text("d").array(delete.seqs().size());
            delete.seqs().forEach(to::number);
        } else if (change instanceof WireChange.DeleteAll all) {
            to.map(4);
            common(change, DELETE_ALL, to).field("s", all.upToSeq());
        } else if (change instanceof WireChange.Destroy destroy) {
            to.map(4);
            common(change, DESTROY, to).field("s", destroy.lastSeq());
        }
    }

    private static PackWriter common(WireChange change, String op, PackWriter to) {
        return to.field("c", change.number()).field("e", change.epoch()).field("o", op);
    }

    static WireChange read(PackReader from) {
        MessageFields fields = new MessageFields();
        var more = new Object() {
            long epoch = -1;
            @Nullable
            String op;
            List<Long> seqs = List.of();
        };
        from.map(name -> {
            switch (name) {
                case "e" -> more.epoch = from.number();
                case "o" -> more.op = from.text();
                case "d" -> more.seqs = from.list(from::number);
                default -> fields.read(name, from);
            }
        });
        long number = fields.change();
        long epoch = MessageFields.required("e", more.epoch);
        if (more.op == null) {
            throw new BadMessage("o", "is missing");
        }
        return switch (more.op) {
            case SET -> new WireChange.Set(number, epoch, fields.seq(), fields.time(), fields.key, fields.msgId,
                    fields.headers, fields.value, fields.largeSize);
            case DELETE -> new WireChange.Delete(number, epoch, more.seqs);
            case DELETE_ALL -> new WireChange.DeleteAll(number, epoch, fields.seq());
            case DESTROY -> new WireChange.Destroy(number, epoch, fields.seq());
            default -> throw new BadMessage("o", "is an unknown operation '" + more.op + "'");
        };
    }
}
