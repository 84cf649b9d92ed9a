// SPDX-License-Identifier: Apache-2.0
/** The cold tier: copies of streams' files in an object store, from which a file that is gone comes back. */
@NullMarked
package io.natspersist.worker.cold;

import org.jspecify.annotations.NullMarked;
