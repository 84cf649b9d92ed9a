// SPDX-License-Identifier: Apache-2.0
package io.natspersist.protocol;

import java.util.List;

/** The payload of a {@code setMany}: sets that travel in one request. */
public record SetMany(List<SetItem> items) {

    /** The most items in one request. */
    public static final int MOST = 1_000;
    /** The most bytes that a request takes beside its items. */
    public static final int OVERHEAD = 16;

    public SetMany {
        items = List.copyOf(items);
    }

    public byte[] encode() {
        return PackWriter.encode(to -> {
            to.map(1).text("items").array(items.size());
            items.forEach(item -> item.write(to));
        });
    }

    /** @throws BadMessage naming the field that is wrong, such as {@code items[3].s}; also where there is no item, or too many */
    public static SetMany decode(byte[] bytes) {
        return PackReader.decode(bytes, SetMany::read);
    }

    private static SetMany read(PackReader from) {
        var found = new Object() {
            List<SetItem> items = List.of();
        };
        from.map(name -> {
            if (!name.equals("items")) {
                throw new BadMessage("", "is not a field of setMany");
            }
            found.items = from.list(MOST, () -> SetItem.read(from));
        });
        if (found.items.isEmpty()) {
            throw new BadMessage("items", "is missing or empty");
        }
        return new SetMany(found.items);
    }
}
