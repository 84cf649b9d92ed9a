// SPDX-License-Identifier: Apache-2.0
package io.natspersist.client;

/** Where a watch begins. */
public sealed interface WatchFrom {

    /** First a reset, then all messages that the stream holds, then what changes. */
    static WatchFrom beginning() {
        return new Beginning();
    }

    /** Only what changes once the watch is {@link Watch#ready()}. */
    static WatchFrom now() {
        return new Now();
    }

    /**
     * All changes after this one. If that history no longer exists the watch begins with a reset, as {@link #beginning()}.
     * After {@link Position#START} come all changes ever made, if the stream's log still has them.
     */
    static WatchFrom after(Position position) {
        return new After(position);
    }

    /** See {@link #beginning()}. */
    record Beginning() implements WatchFrom {}

    /** See {@link #now()}. */
    record Now() implements WatchFrom {}

    /** See {@link #after(Position)}. */
    record After(Position position) implements WatchFrom {}
}
