// SPDX-License-Identifier: Apache-2.0
/** Makes what PersistClusters ask for in Kubernetes, coordinates each, and says how they stand. */
@NullMarked
package io.natspersist.operator;

import org.jspecify.annotations.NullMarked;
