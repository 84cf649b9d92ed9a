// SPDX-License-Identifier: Apache-2.0
/** One open stream: deciding, the tail, and when rows go into the file. */
@NullMarked
package io.natspersist.worker.stream;

import org.jspecify.annotations.NullMarked;
