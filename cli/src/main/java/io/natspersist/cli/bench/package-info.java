// SPDX-License-Identifier: Apache-2.0
/** First figures. */
@NullMarked
package io.natspersist.cli.bench;

import org.jspecify.annotations.NullMarked;
