// SPDX-License-Identifier: Apache-2.0
package io.natspersist.client;

/** Where a stream is served: {@code owner} is {@code worker.incarnation}; requests go to {@code requestPrefix.<op>.<stream>}. */
public record Location(String stream, int slot, String owner, long epoch, String requestPrefix) {}
