// SPDX-License-Identifier: Apache-2.0
/** Single-threaded event loops: where a component's state is confined, and where it gets the time from. */
@NullMarked
package io.natspersist.loop;

import org.jspecify.annotations.NullMarked;
