// SPDX-License-Identifier: Apache-2.0
/** What they are asked to do: one class for each workload. */
@NullMarked
package io.natspersist.cli.bench.workload;

import org.jspecify.annotations.NullMarked;
