// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.kubernetes;

import java.util.ArrayList;
import java.util.List;

/** Rows whose columns begin below each other; the last column is as long as it is. */
final class TextTable {

    private final List<List<String>> rows = new ArrayList<>();

    TextTable(String... heads) {
        rows.add(List.of(heads));
    }

    TextTable row(String... cells) {
        rows.add(List.of(cells));
        return this;
    }

    List<String> lines() {
        List<String> lines = new ArrayList<>();
        for (List<String> row : rows) {
            StringBuilder line = new StringBuilder();
            for (int column = 0; column < row.size(); column++) {
                String cell = row.get(column);
                boolean last = column == row.size() - 1;
                line.append(cell).append(last ? "" : " ".repeat(width(column) - cell.length() + 2));
            }
            lines.add(line.toString());
        }
        return lines;
    }

    private int width(int column) {
        return rows.stream().mapToInt(row -> row.get(column).length()).max().orElse(0);
    }
}
