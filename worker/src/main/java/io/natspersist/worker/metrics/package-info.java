// SPDX-License-Identifier: Apache-2.0
/** What a worker says of itself: how it stands at one moment, as data, and the metrics that are read from that. */
@NullMarked
package io.natspersist.worker.metrics;

import org.jspecify.annotations.NullMarked;
