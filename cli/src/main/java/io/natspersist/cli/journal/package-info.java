// SPDX-License-Identifier: Apache-2.0
/** Looking into journals. */
@NullMarked
package io.natspersist.cli.journal;

import org.jspecify.annotations.NullMarked;
