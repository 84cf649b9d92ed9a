// SPDX-License-Identifier: Apache-2.0
/** What a shell needs to complete commands. */
@NullMarked
package io.natspersist.cli.completion;

import org.jspecify.annotations.NullMarked;
