// SPDX-License-Identifier: Apache-2.0
/** The transport on a real NATS server; the only package that uses jnats. */
@NullMarked
package io.natspersist.transport.nats;

import org.jspecify.annotations.NullMarked;
