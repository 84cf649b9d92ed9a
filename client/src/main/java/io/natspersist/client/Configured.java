// SPDX-License-Identifier: Apache-2.0
package io.natspersist.client;

import io.natspersist.protocol.StreamConfig;

/**
 * A stream's configuration.
 *
 * @param config what was said for this stream
 * @param effective that, and where it says nothing, the defaults for the stream's name
 */
public record Configured(StreamConfig config, StreamConfig effective, Position position) {}
