// SPDX-License-Identifier: Apache-2.0
/** Virtual time and an in-memory network: whole systems run deterministically from a seed, in one thread. */
@NullMarked
package io.natspersist.simulation;

import org.jspecify.annotations.NullMarked;
