// SPDX-License-Identifier: Apache-2.0
package io.natspersist.client;

/** What one set of a {@link Batch} came to: {@link Stored} or {@link NotStored}. */
public sealed interface SetResult permits Stored, NotStored {}
