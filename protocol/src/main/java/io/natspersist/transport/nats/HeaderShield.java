// SPDX-License-Identifier: Apache-2.0
package io.natspersist.transport.nats;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Rewrites what a NATS server sends so that jnats takes headers for the beginning of the payload:
 * {@code HMSG subject sid [reply] headers total} becomes {@code MSG headers^Asubject sid [reply] total}, where ^A is
 * {@link #MARK}. Everything else passes unchanged.
 *
 * <p>jnats would parse the headers itself, on the thread that reads the connection: a header that it dislikes, such as a
 * value that is not ASCII, ends that thread, and the connection hears nothing more until pings fail. Any client could do
 * that to a worker.
 */
final class HeaderShield {

    /** Stands between the length of the headers and the subject. */
    static final char MARK = 1;

    private static final byte[] HMSG = "HMSG ".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] MSG = "MSG ".getBytes(StandardCharsets.US_ASCII);

    /** The control line being gathered, or being given out. */
    private byte[] line = new byte[4096];
    /** Where the next one is written anew. */
    private byte[] other = new byte[0];
    private int gathered;
    private int given;
    private boolean whole;
    /** How many bytes of payload, with its CR LF, are still to pass. */
    private long payload;
    private int taken;

    /**
     * Takes bytes from {@code from} and gives bytes to {@code to}; {@link #taken()} says how many it took. All that could be
     * given was given when it took everything and the room in {@code to} was not used up.
     *
     * @return how many bytes it gave
     */
    int pass(byte[] from, int offset, int length, byte[] to, int toOffset, int room) {
        int in = offset;
        int out = toOffset;
        while (out < toOffset + room) {
            if (whole) {
                int n = Math.min(gathered - given, toOffset + room - out);
                System.arraycopy(line, given, to, out, n);
                given += n;
                out += n;
                if (given == gathered) {
                    whole = false;
                    gathered = 0;
                }
            } else if (in == offset + length) {
                break;
            } else if (payload > 0) {
                int n = (int) Math.min(payload, Math.min(offset + length - in, toOffset + room - out));
                System.arraycopy(from, in, to, out, n);
                payload -= n;
                in += n;
                out += n;
            } else {
                in = gather(from, in, offset + length);
            }
        }
        taken = in - offset;
        return out - toOffset;
    }

    /** How many bytes the last {@link #pass} took. */
    int taken() {
        return taken;
    }

    private int gather(byte[] from, int start, int end) {
        int in = start;
        while (in < end && from[in] != '\n') {
            in++;
        }
        boolean ended = in < end;
        int n = in - start + (ended ? 1 : 0);
        if (gathered + n > line.length) {
            line = Arrays.copyOf(line, Math.max(2 * line.length, gathered + n));
        }
        System.arraycopy(from, start, line, gathered, n);
        gathered += n;
        if (ended) {
            rewrite();
            given = 0;
            whole = true;
        }
        return start + n;
    }

    private void rewrite() {
        if (startsWith(HMSG)) {
            int total = startOfNumberBefore(gathered);
            int headers = startOfNumberBefore(total);
            payload = number(total) + 2;
            if (other.length < line.length) {
                other = new byte[line.length];
            }
            byte[] from = line;
            int end = gathered;
            line = other;
            other = from;
            gathered = 0;
            put(MSG, 0, MSG.length);
            put(from, headers, total - 1);
            line[gathered++] = MARK;
            put(from, HMSG.length, headers);
            put(from, total, end);
        } else if (startsWith(MSG)) {
            payload = number(startOfNumberBefore(gathered)) + 2;
        }
    }

    private boolean startsWith(byte[] word) {
        return gathered > word.length && Arrays.equals(line, 0, word.length, word, 0, word.length);
    }

    private void put(byte[] from, int start, int end) {
        System.arraycopy(from, start, line, gathered, end - start);
        gathered += end - start;
    }

    /** Where the last word before {@code end} begins. */
    private int startOfNumberBefore(int end) {
        int start = end - 1;
        while (start > 0 && !(line[start] >= '0' && line[start] <= '9')) {
            start--;
        }
        while (start > 0 && line[start - 1] != ' ') {
            start--;
        }
        return start;
    }

    private long number(int start) {
        long number = 0;
        for (int i = start; line[i] >= '0' && line[i] <= '9'; i++) {
            number = number * 10 + (line[i] - '0');
        }
        return number;
    }
}
