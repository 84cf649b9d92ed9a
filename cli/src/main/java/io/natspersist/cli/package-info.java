// SPDX-License-Identifier: Apache-2.0
/** The persist command. */
@NullMarked
package io.natspersist.cli;

import org.jspecify.annotations.NullMarked;
