// SPDX-License-Identifier: Apache-2.0
package io.natspersist.protocol;

import java.util.BitSet;
import java.util.Collection;

/** Numbers of slots as text, such as {@code 0-3,7,9-12}: ascending, without spaces; empty: none. */
public final class SlotRanges {

    private static final int MOST = 1 << 20;

    private SlotRanges() {}

    public static String text(Collection<Integer> slots) {
        BitSet set = new BitSet();
        slots.forEach(set::set);
        StringBuilder text = new StringBuilder();
        for (int from = set.nextSetBit(0); from >= 0; from = set.nextSetBit(set.nextClearBit(from))) {
            int last = set.nextClearBit(from) - 1;
            text.append(text.isEmpty() ? "" : ",").append(from).append(last > from ? "-" + last : "");
        }
        return text.toString();
    }

    /** @throws BadMessage naming what is wrong */
    public static BitSet parse(String text) {
        BitSet slots = new BitSet();
        if (text.isEmpty()) {
            return slots;
        }
        for (String range : text.split(",", -1)) {
            int dash = range.indexOf('-');
            int from = number(dash < 0 ? range : range.substring(0, dash));
            int last = dash < 0 ? from : number(range.substring(dash + 1));
            if (last < from) {
                throw new BadMessage("slots", "has the range " + range);
            }
            slots.set(from, last + 1);
        }
        return slots;
    }

    private static int number(String text) {
        if (!text.matches("[0-9]{1,7}") || Integer.parseInt(text) >= MOST) {
            throw new BadMessage("slots", "has '" + text + "', which is no slot's number");
        }
        return Integer.parseInt(text);
    }
}
