// SPDX-License-Identifier: Apache-2.0
/** A whole cluster on one machine: nats-server, coordinator, and workers as processes of their own. */
@NullMarked
package io.natspersist.cli.local;

import org.jspecify.annotations.NullMarked;
