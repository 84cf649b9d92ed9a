// SPDX-License-Identifier: Apache-2.0
/** Checks a volume that no worker uses. */
@NullMarked
package io.natspersist.cli.doctor;

import org.jspecify.annotations.NullMarked;
