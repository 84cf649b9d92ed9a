// SPDX-License-Identifier: Apache-2.0
/** The demonstration. */
@NullMarked
package io.natspersist.cli.demo;

import org.jspecify.annotations.NullMarked;
