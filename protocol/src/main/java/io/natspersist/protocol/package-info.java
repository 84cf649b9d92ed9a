// SPDX-License-Identifier: Apache-2.0
/** What is on the wire: stream names, subjects, headers, codecs, errors. Every number and name here is for good. */
@NullMarked
package io.natspersist.protocol;

import org.jspecify.annotations.NullMarked;
