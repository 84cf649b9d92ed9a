// SPDX-License-Identifier: Apache-2.0
/** A PersistCluster as a person writes it and as the operator reports on it. The CRD is generated from these records. */
@NullMarked
package io.natspersist.operator.crd;

import org.jspecify.annotations.NullMarked;
