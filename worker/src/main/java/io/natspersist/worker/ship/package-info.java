// SPDX-License-Identifier: Apache-2.0
/** Where workers have no volume in common: their journals, shipped to the bucket that holds the cold copies. */
@NullMarked
package io.natspersist.worker.ship;

import org.jspecify.annotations.NullMarked;
