// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.demo;

import io.natspersist.cli.terminal.Terminal;
import java.util.ArrayList;
import java.util.List;

/** A few lines that are drawn over and over in one place; where nobody looks on, a line now and then. */
final class Screen {

    private static final int WIDTH = 96;
    private static final long QUIET_EVERY_NANOS = 2_000_000_000L;

    private final Terminal terminal;
    private final int height;
    private boolean drawn;
    private long lastNanos = Long.MIN_VALUE / 2;

    /** @param height lines of text that are shown */
    Screen(Terminal terminal, int height) {
        this.terminal = terminal;
        this.height = height;
    }

    /** Shows how things stand, and the end of the text. */
    void show(String status, String text) {
        if (terminal.interactive()) {
            draw(status, lastLines(text));
        } else if (System.nanoTime() - lastNanos > QUIET_EVERY_NANOS) {
            lastNanos = System.nanoTime();
            String flat = text.replace('\n', ' ');
            terminal.say("   " + status + " | ..." + flat.substring(wholeFrom(flat, flat.length() - 50)));
        }
    }

    /** What is said next goes below. */
    void done() {
        drawn = false;
    }

    private void draw(String status, List<String> lines) {
        StringBuilder frame = new StringBuilder();
        if (drawn) {
            frame.append("\u001b[").append(height + 1).append('A');
        }
        frame.append("\r\u001b[K   ").append(status).append('\n');
        for (int i = 0; i < height; i++) {
            frame.append("\r\u001b[K   | ").append(i < lines.size() ? lines.get(i) : "").append('\n');
        }
        terminal.out().print(frame);
        terminal.out().flush();
        drawn = true;
    }

    private List<String> lastLines(String text) {
        List<String> lines = new ArrayList<>();
        for (String line : text.split("\n", -1)) {
            while (line.length() > WIDTH) {
                int cut = wholeFrom(line, WIDTH);
                lines.add(line.substring(0, cut));
                line = line.substring(cut);
            }
            lines.add(line);
        }
        return lines.subList(Math.max(0, lines.size() - height), lines.size());
    }

    /** An index at or just below this one that does not cut a code point in two. */
    private static int wholeFrom(String text, int index) {
        int at = Math.max(0, index);
        return at > 0 && at < text.length() && Character.isLowSurrogate(text.charAt(at)) ? at - 1 : at;
    }
}
