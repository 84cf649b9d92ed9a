// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.replay;

import java.util.List;

/**
 * How a text was written, keystroke by keystroke.
 *
 * @param start the text before
 * @param end the text after all transactions
 */
public record EditTrace(String name, String start, String end, List<Transaction> transactions) {

    public EditTrace {
        transactions = List.copyOf(transactions);
    }

    /**
     * What happened at once.
     *
     * @param time ms since the epoch
     */
    public record Transaction(long time, List<Patch> patches) {
        public Transaction {
            patches = List.copyOf(patches);
        }
    }

    /** At most the first {@code count} transactions, and the text that they make. */
    public EditTrace first(int count) {
        if (count >= transactions.size()) {
            return this;
        }
        List<Transaction> some = transactions.subList(0, count);
        CodePointText text = new CodePointText(start);
        some.forEach(transaction -> transaction.patches().forEach(text::apply));
        return new EditTrace(name, start, text.toString(), some);
    }

    /** Not all that was typed. */
    @Override
    public String toString() {
        return name + ", " + transactions.size() + " transactions";
    }
}
