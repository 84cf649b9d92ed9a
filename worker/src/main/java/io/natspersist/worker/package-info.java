// SPDX-License-Identifier: Apache-2.0
/** A worker: owns slots, serves their streams, and keeps its place with the coordinator. */
@NullMarked
package io.natspersist.worker;

import org.jspecify.annotations.NullMarked;
