// SPDX-License-Identifier: Apache-2.0
package io.natspersist.client;

import io.natspersist.protocol.table.Incarnation;

/** Who serves a slot, as far as the client knows. Of two claims the one with the higher epoch is newer. */
record Owner(int slot, Incarnation incarnation, long epoch) {}
