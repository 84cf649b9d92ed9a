// SPDX-License-Identifier: Apache-2.0
/** What a cluster is like, in words. */
@NullMarked
package io.natspersist.cli.cluster;

import org.jspecify.annotations.NullMarked;
