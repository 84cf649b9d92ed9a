// SPDX-License-Identifier: Apache-2.0
package io.natspersist.protocol;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The answer to {@code setMany}.
 *
 * @param results one for each item, in their order
 * @param change the stream's change number after it
 * @param epoch the owner's
 */
public record SetResults(List<One> results, long change, long epoch) {

    /** What one item came to. */
    public sealed interface One {}

    /** @param duplicate its message id was seen before: nothing was changed, seq and change are those of the first set */
    public record Stored(long seq, long change, boolean duplicate) implements One {}

    /**
     * Nothing was stored for it.
     *
     * @param code an {@link ErrorCode}'s name
     * @param text for people
     */
    public record Refused(String code, int number, String text) implements One {}

    public SetResults {
        results = List.copyOf(results);
    }

    public byte[] encode() {
        return PackWriter.encode(to -> {
            to.map(3).text("results").array(results.size());
            results.forEach(one -> write(one, to));
            to.field("change", change).field("epoch", epoch);
        });
    }

    private static void write(One one, PackWriter to) {
        if (one instanceof Stored stored) {
            to.map(stored.duplicate ? 3 : 2).field("s", stored.seq).field("c", stored.change);
            if (stored.duplicate) {
                to.text("d").flag(true);
            }
        } else if (one instanceof Refused refused) {
            to.map(3).field("e", refused.code).field("n", refused.number).field("m", refused.text);
        }
    }

    /** @throws BadMessage naming the field that is wrong, such as {@code results[3].c} */
    public static SetResults decode(byte[] bytes) {
        return PackReader.decode(bytes, SetResults::read);
    }

    private static SetResults read(PackReader from) {
        var all = new Object() {
            List<One> results = List.of();
            long change = -1;
            long epoch = -1;
        };
        from.map(name -> {
            switch (name) {
                case "results" -> all.results = from.list(() -> one(from));
                case "change" -> all.change = from.number();
                case "epoch" -> all.epoch = from.number();
                default -> from.skip();
            }
        });
        return new SetResults(all.results, MessageFields.required("change", all.change),
                MessageFields.required("epoch", all.epoch));
    }

    private static One one(PackReader from) {
        var fields = new Object() {
            long seq = -1;
            long change = -1;
            boolean duplicate;
            @Nullable
            String code;
            long number = -1;
            String text = "";
        };
        from.map(name -> {
            switch (name) {
                case "s" -> fields.seq = from.number();
                case "c" -> fields.change = from.number();
                case "d" -> fields.duplicate = from.flag();
                case "e" -> fields.code = from.text();
                case "n" -> fields.number = from.number();
                case "m" -> fields.text = from.text();
                default -> from.skip();
            }
        });
        return fields.code == null
                ? new Stored(MessageFields.required("s", fields.seq), MessageFields.required("c", fields.change),
                        fields.duplicate)
                : new Refused(fields.code, (int) MessageFields.required("n", fields.number), fields.text);
    }
}
