// SPDX-License-Identifier: Apache-2.0
/** A worker's one log of every change of all its streams: groups, segments, sealing, reading. */
@NullMarked
package io.natspersist.worker.journal;

import org.jspecify.annotations.NullMarked;
