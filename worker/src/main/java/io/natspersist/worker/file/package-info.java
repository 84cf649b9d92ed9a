// SPDX-License-Identifier: Apache-2.0
/** One file per stream: the seam in the domain's words, and SQLite behind it. */
@NullMarked
package io.natspersist.worker.file;

import org.jspecify.annotations.NullMarked;
