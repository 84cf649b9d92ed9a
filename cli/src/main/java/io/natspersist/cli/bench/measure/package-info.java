// SPDX-License-Identifier: Apache-2.0
/** How things are measured, whoever does them: loads, turns, spreads, CPU time, goals. */
@NullMarked
package io.natspersist.cli.bench.measure;

import org.jspecify.annotations.NullMarked;
