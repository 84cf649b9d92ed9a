// SPDX-License-Identifier: Apache-2.0
/** JetStream as it is measured, through the NATS client for Java. */
@NullMarked
package io.natspersist.cli.bench.jetstream;

import org.jspecify.annotations.NullMarked;
