// SPDX-License-Identifier: Apache-2.0
package io.natspersist.protocol;

import java.util.List;

/**
 * The answer to {@code getAll}.
 *
 * @param next the start seq of the next page; 0: this is the last one
 * @param change the stream's change number that the page reflects
 * @param epoch the owner's
 */
public record MessagePage(List<WireMessage> messages, long next, long change, long epoch) {

    /** The most bytes that a page takes beside its messages. */
    public static final int OVERHEAD = 64;

    public MessagePage {
        messages = List.copyOf(messages);
    }

    public byte[] encode() {
        return PackWriter.encode(this::write);
    }

    private void write(PackWriter to) {
        to.map(next == 0 ? 3 : 4).text("messages").array(messages.size());
        messages.forEach(message -> message.write(to));
        if (next != 0) {
            to.field("next", next);
        }
        to.field("change", change).field("epoch", epoch);
    }

    /** @throws BadMessage naming the field that is wrong, such as {@code messages[3].v} */
    public static MessagePage decode(byte[] bytes) {
        return PackReader.decode(bytes, MessagePage::read);
    }

    private static MessagePage read(PackReader from) {
        var page = new Object() {
            List<WireMessage> messages = List.of();
            long next;
            long change = -1;
            long epoch = -1;
        };
        from.map(name -> {
            switch (name) {
                case "messages" -> page.messages = from.list(() -> WireMessage.read(from));
                case "next" -> page.next = from.number();
                case "change" -> page.change = from.number();
                case "epoch" -> page.epoch = from.number();
                default -> from.skip();
            }
        });
        return new MessagePage(page.messages, page.next, MessageFields.required("change", page.change),
                MessageFields.required("epoch", page.epoch));
    }
}
