// SPDX-License-Identifier: Apache-2.0
/** What all commands share: where they read and write, how they end, how they reach the server. */
@NullMarked
package io.natspersist.cli.terminal;

import org.jspecify.annotations.NullMarked;
