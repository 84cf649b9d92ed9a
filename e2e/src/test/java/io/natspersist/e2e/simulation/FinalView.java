// SPDX-License-Identifier: Apache-2.0
package io.natspersist.e2e.simulation;

import java.util.List;

/**
 * A stream after everything has come to rest, as its owner tells it.
 *
 * @param history its changes, oldest first; perhaps not from the first one on
 * @param change the number of the last one
 */
record FinalView(List<Told> history, List<Item> items, long lastSeq, long change) {}
