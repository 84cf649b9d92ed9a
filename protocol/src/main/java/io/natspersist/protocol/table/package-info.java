// SPDX-License-Identifier: Apache-2.0
/** What coordinator, workers and clients tell each other about who serves what: the assignment table and heartbeats. */
@NullMarked
package io.natspersist.protocol.table;

import org.jspecify.annotations.NullMarked;
