// SPDX-License-Identifier: Apache-2.0
/** The Java client: finds the worker of a stream, retries what may be retried, watches without missing anything. */
@NullMarked
package io.natspersist.client;

import org.jspecify.annotations.NullMarked;
