// SPDX-License-Identifier: Apache-2.0
/** {@code kubectl persist}: what the operator's clusters are like, and what a person does to them, seen from Kubernetes alone. */
@NullMarked
package io.natspersist.cli.kubernetes;

import org.jspecify.annotations.NullMarked;
