// SPDX-License-Identifier: Apache-2.0
package io.natspersist.transport.nats;

import io.natspersist.protocol.Utf8;
import io.natspersist.transport.Headers;
import io.natspersist.transport.Message;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/**
 * A message as jnats hands it on, with its headers taken out of the payload again (see {@link HeaderShield}).
 *
 * @param status 0: it carries none
 */
record Received(Message message, int status) {

    /** Empty where the message's headers cannot be read: whoever sent it did not follow NATS, and it is dropped. */
    static Optional<Received> of(io.nats.client.Message raw) {
        String subject = raw.getSubject();
        byte[] data = raw.getData();
        int mark = Character.isDigit(subject.charAt(0)) ? subject.indexOf(HeaderShield.MARK) : -1;
        if (mark < 0) {
            return Optional.of(new Received(message(subject, raw, Headers.NONE, data), 0));
        }
        int length = Integer.parseInt(subject, 0, mark, 10);
        return HeaderBlock.parse(data, Math.min(length, data.length))
                .map(block -> new Received(message(subject.substring(mark + 1), raw, block.headers(),
                        Arrays.copyOfRange(data, length, data.length)), block.status()));
    }

    private static Message message(String subject, io.nats.client.Message raw, Headers headers, byte[] payload) {
        String replyTo = raw.getReplyTo();
        return new Message(text(subject), replyTo == null ? null : text(replyTo), headers, payload);
    }

    /** jnats reads subjects a byte at a time, as if they were ASCII, and extends the sign. */
    private static String text(String bytewise) {
        if (Utf8.isAscii(bytewise)) {
            return bytewise;
        }
        byte[] utf8 = new byte[bytewise.length()];
        for (int i = 0; i < utf8.length; i++) {
            utf8[i] = (byte) bytewise.charAt(i);
        }
        return new String(utf8, StandardCharsets.UTF_8);
    }
}
