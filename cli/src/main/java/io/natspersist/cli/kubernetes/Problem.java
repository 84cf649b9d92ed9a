// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.kubernetes;

/**
 * Something that is not as it should be.
 *
 * @param whatToDo empty: it mends itself, or is as somebody wants it
 */
record Problem(String what, String whatToDo) {}
