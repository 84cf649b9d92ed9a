// SPDX-License-Identifier: Apache-2.0
/**
 * The real coordinator, workers and clients on a simulated network, volume and clock, under faults drawn from a seed. An
 * oracle knows what was promised, and checks at the end that it was kept.
 */
@NullMarked
package io.natspersist.e2e.simulation;

import org.jspecify.annotations.NullMarked;
