// SPDX-License-Identifier: Apache-2.0
/**
 * Tests on a real Kubernetes with nodes that run containers: the project's own images, installed by its chart, used by a client
 * that is not in the cluster.
 */
@org.jspecify.annotations.NullMarked
package io.natspersist.e2e.kubernetes;
