// SPDX-License-Identifier: Apache-2.0
/** The commands that work on one stream. */
@NullMarked
package io.natspersist.cli.stream;

import org.jspecify.annotations.NullMarked;
