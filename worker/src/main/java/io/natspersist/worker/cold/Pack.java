// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.cold;

/** An object that holds chunks, and never changes. */
record Pack(PackName name, int bytes) {}
