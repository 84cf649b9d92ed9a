// SPDX-License-Identifier: Apache-2.0
/** How a PersistCluster stands: a pure function from what was seen to its status. */
@NullMarked
package io.natspersist.operator.status;

import org.jspecify.annotations.NullMarked;
