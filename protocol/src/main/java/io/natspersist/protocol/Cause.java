// SPDX-License-Identifier: Apache-2.0
package io.natspersist.protocol;

/** Why messages went. */
public enum Cause {
    /** Somebody deleted them. */
    ASKED,
    /** A limit of the stream let the oldest go. */
    EVICTED,
    /** Their time was up. */
    EXPIRED
}
