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
    static final String EXPIRE = "expire";
    static final String EVICT = "evict";
    static final String CONFIG = "config";

    private WireChangeCodec() {}

    static void write(WireChange change, PackWriter to) {
        if (change instanceof WireChange.Set set) {
            to.map(5 + (set.expires() == 0 ? 0 : 1) + (set.key() == null ? 0 : 1) + (set.msgId() == null ? 0 : 1)
                    + (set.headers().isEmpty() ? 0 : 1)
                    + (set.value() == null ? 0 : 1) + (set.largeSize() == 0 ? 0 : 1));
            common(change, to).field("s", set.seq()).field("t", set.time()).optional("x", set.expires());
            to.optional("k", set.key()).optional("i", set.msgId());
            to.optional("h", set.headers()).optional("v", set.value())
                    .optional("z", set.largeSize());
        } else if (change instanceof WireChange.Delete delete) {
            to.map(4);
            common(change, to).text("d").array(delete.seqs().size());
            delete.seqs().forEach(to::number);
        } else if (change instanceof WireChange.DeleteAll all) {
            to.map(4);
            common(change, to).field("s", all.upToSeq());
        } else if (change instanceof WireChange.Config config) {
            to.map(4);
            common(change, to).optional("v", config.config().json());
        } else if (change instanceof WireChange.Destroy destroy) {
            to.map(4);
            common(change, to).field("s", destroy.lastSeq());
        }
    }

    private static PackWriter common(WireChange change, PackWriter to) {
        return to.field("c", change.number()).field("e", change.epoch()).field("o", op(change));
    }

    /** What the change did, in a word. */
    static String op(WireChange change) {
        if (change instanceof WireChange.Delete delete) {
            return delete.cause() == Cause.EXPIRED ? EXPIRE : DELETE;
        } else if (change instanceof WireChange.DeleteAll all) {
            return all.cause() == Cause.EVICTED ? EVICT : DELETE_ALL;
        }
        return change instanceof WireChange.Config ? CONFIG : change instanceof WireChange.Destroy ? DESTROY : SET;
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
            case SET -> new WireChange.Set(number, epoch, fields.seq(), fields.time(), fields.expires,
                    fields.key, fields.msgId,
                    fields.headers, fields.value, fields.largeSize);
            case DELETE -> new WireChange.Delete(number, epoch, more.seqs, Cause.ASKED);
            case EXPIRE -> new WireChange.Delete(number, epoch, more.seqs, Cause.EXPIRED);
            case DELETE_ALL -> new WireChange.DeleteAll(number, epoch, fields.seq(), Cause.ASKED);
            case EVICT -> new WireChange.DeleteAll(number, epoch, fields.seq(), Cause.EVICTED);
            case CONFIG -> new WireChange.Config(number, epoch, config(fields.value));
            case DESTROY -> new WireChange.Destroy(number, epoch, fields.seq());
            default -> throw new BadMessage("o", "is an unknown operation '" + more.op + "'");
        };
    }

    private static StreamConfig config(byte @Nullable [] json) {
        if (json == null) {
            throw new BadMessage("v", "is missing");
        }
        try {
            return Json.read(json, StreamConfig.class);
        } catch (BadMessage e) {
            throw e.within("v");
        }
    }
}
