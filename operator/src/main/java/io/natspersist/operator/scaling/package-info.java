// SPDX-License-Identifier: Apache-2.0
/** How many workers there should be, by what they say of their load: pure decisions, to which the time is given. */
@NullMarked
package io.natspersist.operator.scaling;

import org.jspecify.annotations.NullMarked;
