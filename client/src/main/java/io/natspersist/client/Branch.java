// SPDX-License-Identifier: Apache-2.0
package io.natspersist.client;

/**
 * A prefix of stream names.
 *
 * @param prefix the first tokens of these names
 * @param streams how many streams have it, the one of that very name included
 * @param isStream whether there is a stream of that very name
 */
public record Branch(String prefix, long streams, boolean isStream) {}
