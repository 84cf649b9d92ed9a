// SPDX-License-Identifier: Apache-2.0
/** The NATS services convention (ADR-32): who a process is and how its endpoints fare, asked on {@code $SRV}. */
@NullMarked
package io.natspersist.protocol.service;

import org.jspecify.annotations.NullMarked;
