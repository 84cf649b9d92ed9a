// SPDX-License-Identifier: Apache-2.0
/** The Kubernetes objects that a PersistCluster asks for: pure functions, one file per kind. */
@NullMarked
package io.natspersist.operator.resource;

import org.jspecify.annotations.NullMarked;
