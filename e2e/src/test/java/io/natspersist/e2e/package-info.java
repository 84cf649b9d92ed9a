// SPDX-License-Identifier: Apache-2.0
/** Tests of the whole system, and of its architecture. */
@NullMarked
package io.natspersist.e2e;

import org.jspecify.annotations.NullMarked;
