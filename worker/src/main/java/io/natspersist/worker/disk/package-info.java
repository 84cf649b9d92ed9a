// SPDX-License-Identifier: Apache-2.0
/** The seam to the volume under journals: names, locks, forces; a real one, and in the tests one that loses what was not forced. */
@NullMarked
package io.natspersist.worker.disk;

import org.jspecify.annotations.NullMarked;
