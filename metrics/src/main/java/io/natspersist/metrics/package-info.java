// SPDX-License-Identifier: Apache-2.0
/** What a process says of itself to those who run it: metrics for Prometheus, and health. Micrometer is known here alone. */
@NullMarked
package io.natspersist.metrics;

import org.jspecify.annotations.NullMarked;
