// SPDX-License-Identifier: Apache-2.0
/**
 * Workers on real NFS clients that lose their volume, or their machine, while they write. Started by hand, on a rig of one's own:
 * docs/failure-modes.md says how, and what came of it.
 */
@NullMarked
package io.natspersist.e2e.nfs;

import org.jspecify.annotations.NullMarked;
