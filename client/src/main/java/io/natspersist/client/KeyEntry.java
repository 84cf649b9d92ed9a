// SPDX-License-Identifier: Apache-2.0
package io.natspersist.client;

/** A key, and the sequence number of the message that has it. */
public record KeyEntry(String key, long seq) {}
