// SPDX-License-Identifier: Apache-2.0
/** Persist measured side by side with JetStream. */
@NullMarked
package io.natspersist.cli.bench;

import org.jspecify.annotations.NullMarked;
