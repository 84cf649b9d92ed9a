// SPDX-License-Identifier: Apache-2.0
/** Streams as files that anyone can read. */
@NullMarked
package io.natspersist.cli.archive;

import org.jspecify.annotations.NullMarked;
