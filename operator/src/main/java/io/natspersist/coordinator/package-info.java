// SPDX-License-Identifier: Apache-2.0
/** Decides which worker owns which slot. Knows nothing of Kubernetes. */
@NullMarked
package io.natspersist.coordinator;

import org.jspecify.annotations.NullMarked;
