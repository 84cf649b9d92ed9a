// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.stream;

import io.natspersist.worker.file.NameRange;

/**
 * Which streams somebody wants to know of.
 *
 * @param limit at most so many items; at least 1
 * @param depth 0: streams; else prefixes, of so many tokens below the range's
 */
public record ListRequest(NameRange range, int limit, int depth) {}
