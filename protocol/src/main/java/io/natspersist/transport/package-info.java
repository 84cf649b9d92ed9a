// SPDX-License-Identifier: Apache-2.0
/** The seam to NATS: publish, subscribe, request. Nothing outside its implementations knows the client library. */
@NullMarked
package io.natspersist.transport;

import org.jspecify.annotations.NullMarked;
