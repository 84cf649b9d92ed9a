// SPDX-License-Identifier: Apache-2.0
package io.natspersist.transport;

import org.jspecify.annotations.Nullable;

/**
 * A message as it was received. The payload is not copied: treat it as read-only.
 *
 * @param replyTo where the sender wants its answer; null: nowhere
 */
public record Message(String subject, @Nullable String replyTo, Headers headers, byte[] payload) {}
