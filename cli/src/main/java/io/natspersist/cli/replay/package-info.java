// SPDX-License-Identifier: Apache-2.0
/** Recorded editing, sent through a cluster while watchers rebuild the text. */
@NullMarked
package io.natspersist.cli.replay;

import org.jspecify.annotations.NullMarked;
