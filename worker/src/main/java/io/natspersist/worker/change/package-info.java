// SPDX-License-Identifier: Apache-2.0
/** What alters a stream, and what a stream holds. */
@NullMarked
package io.natspersist.worker.change;

import org.jspecify.annotations.NullMarked;
