// SPDX-License-Identifier: Apache-2.0
package io.natspersist.protocol;

import io.natspersist.transport.Headers;
import java.util.List;
import java.util.stream.Collectors;

/** The headers of change notices. */
final class ChangeNoticeCodec {

    static final byte[] NO_BYTES = {};

    private static final String TRAILING = "trailing";
    private static final String MANY = "many";

    private ChangeNoticeCodec() {}

    static Headers headers(ChangeNotice notice) {
        if (notice instanceof ChangeNotice.Changed changed) {
            return headers(changed.change());
        }
        if (notice instanceof ChangeNotice.Packed packed) {
            return common(packed.changes().get(0).number(), packed.epoch(), MANY).build();
        }
        ChangeNotice.Trailing trailing = (ChangeNotice.Trailing) notice;
        return common(trailing.change(), trailing.epoch(), TRAILING).build();
    }

    private static Headers headers(WireChange change) {
        if (change instanceof WireChange.Delete delete) {
            String seqs = delete.seqs().stream().map(String::valueOf).collect(Collectors.joining(","));
            return common(change).add(HeaderNames.SEQ, seqs).build();
        } else if (change instanceof WireChange.DeleteAll all) {
            return common(change).add(HeaderNames.SEQ, all.upToSeq()).build();
        } else if (change instanceof WireChange.Config) {
            return common(change).build();
        }
        if (change instanceof WireChange.Destroy destroy) {
            return common(change.number(), change.epoch(), WireChangeCodec.DESTROY)
                    .add(HeaderNames.SEQ, destroy.lastSeq())
                    .build();
        }
        WireChange.Set set = (WireChange.Set) change;
        Headers.Builder headers = common(set)
                .add(HeaderNames.SEQ, set.seq())
                .add(HeaderNames.TIME, set.time())
                .addIfPresent(HeaderNames.EXPIRES, set.expires() == 0 ? null : Long.toString(set.expires()))
                .addIfPresent(HeaderNames.KEY, set.key())
                .addIfPresent(HeaderNames.MSG_ID, set.msgId());
        if (set.largeSize() > 0) {
            headers.add(HeaderNames.SIZE, set.largeSize());
        } else if (set.value() == null) {
            headers.add(HeaderNames.NO_VALUE, "true");
        }
        return headers.build().and(set.headers());
    }

    static byte[] payload(ChangeNotice notice) {
        if (notice instanceof ChangeNotice.Changed changed) {
            if (changed.change() instanceof WireChange.Set set && set.value() != null) {
                return set.value();
            } else if (changed.change() instanceof WireChange.Config config) {
                return config.config().json();
            }
        }
        return NO_BYTES;
    }

    private static Headers.Builder common(WireChange change) {
        return common(change.number(), change.epoch(), WireChangeCodec.op(change));
    }

    private static Headers.Builder common(long change, long epoch, String op) {
        return Headers.builder()
                .add(HeaderNames.CHANGE, change)
                .add(HeaderNames.EPOCH, epoch)
                .add(HeaderNames.OP, op);
    }

    static ChangeNotice decode(HeaderFields fields, byte[] payload) {
        long change = fields.required(HeaderNames.CHANGE);
        long epoch = fields.required(HeaderNames.EPOCH);
        String op = fields.text(HeaderNames.OP);
        if (op == null) {
            throw new BadMessage(HeaderNames.OP, "is missing");
        }
        return switch (op) {
            case TRAILING -> new ChangeNotice.Trailing(change, epoch);
            case WireChangeCodec.SET -> {
                long largeSize = fields.number(HeaderNames.SIZE, 0);
                yield new ChangeNotice.Changed(new WireChange.Set(change, epoch, fields.required(HeaderNames.SEQ),
                        fields.required(HeaderNames.TIME), fields.number(HeaderNames.EXPIRES, 0),
                        fields.text(HeaderNames.KEY), fields.text(HeaderNames.MSG_ID), fields.ofMessage(),
                        largeSize > 0 || fields.flag(HeaderNames.NO_VALUE) ? null : payload, largeSize));
            }
            case WireChangeCodec.DELETE -> delete(change, epoch, fields, Cause.ASKED);
            case WireChangeCodec.EXPIRE -> delete(change, epoch, fields, Cause.EXPIRED);
            case WireChangeCodec.DELETE_ALL -> deleteAll(change, epoch, fields, Cause.ASKED);
            case WireChangeCodec.EVICT -> deleteAll(change, epoch, fields, Cause.EVICTED);
            case WireChangeCodec.CONFIG -> new ChangeNotice.Changed(
                    new WireChange.Config(change, epoch, Json.read(payload, StreamConfig.class)));
            case MANY -> packed(change, epoch, payload);
            case WireChangeCodec.DESTROY -> new ChangeNotice.Changed(
                    new WireChange.Destroy(change, epoch, fields.required(HeaderNames.SEQ)));
            default -> throw new BadMessage(HeaderNames.OP, "is an unknown operation '" + op + "'");
        };
    }

    private static ChangeNotice packed(long first, long epoch, byte[] payload) {
        if (!(ChangeBatch.decode(payload) instanceof ChangeBatch.Changes batch) || batch.changes().isEmpty()) {
            throw new BadMessage("payload", "has no changes");
        }
        long expected = first;
        for (WireChange change : batch.changes()) {
            if (change.number() != expected || change.epoch() != epoch) {
                throw new BadMessage("payload", "has change " + change.number() + " of epoch " + change.epoch()
                        + " where change " + expected + " of epoch " + epoch + " belongs");
            }
            expected++;
        }
        return new ChangeNotice.Packed(batch.changes());
    }

    private static ChangeNotice delete(long change, long epoch, HeaderFields fields, Cause cause) {
        List<Long> seqs = fields.seqs(HeaderNames.SEQ, Integer.MAX_VALUE);
        return new ChangeNotice.Changed(new WireChange.Delete(change, epoch, seqs, cause));
    }

    private static ChangeNotice deleteAll(long change, long epoch, HeaderFields fields, Cause cause) {
        return new ChangeNotice.Changed(
                new WireChange.DeleteAll(change, epoch, fields.required(HeaderNames.SEQ), cause));
    }
}
