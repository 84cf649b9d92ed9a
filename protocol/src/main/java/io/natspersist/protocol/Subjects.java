// SPDX-License-Identifier: Apache-2.0
package io.natspersist.protocol;

import org.jspecify.annotations.Nullable;

/** The subjects of one cluster. {@code prefix} is {@code persist.<cluster>} by default. */
public record Subjects(String prefix) {

    public Subjects {
        new StreamName(prefix); // the same rules: tokens without wildcards
    }

    public static Subjects ofCluster(String cluster) {
        return new Subjects("persist." + cluster);
    }

    /** Asks the coordinator who serves a stream. */
    public String locate(StreamName stream) {
        return prefix + ".locate." + stream;
    }

    public String locateAll() {
        return prefix + ".locate.>";
    }

    /** Asks the coordinator for the table; payload: the number of the table that the asker has, or nothing. */
    public String table() {
        return prefix + ".table";
    }

    /** Asks any worker for the table. */
    public String tableAny() {
        return prefix + ".table.any";
    }

    /** Where the coordinator publishes a new table. */
    public String tableChanged() {
        return prefix + ".table.changed";
    }

    public String heartbeat(String worker) {
        return prefix + ".heartbeat." + worker;
    }

    public String heartbeatAll() {
        return prefix + ".heartbeat.*";
    }

    /** One operation on one stream, at one worker. */
    public String operation(String worker, String op, StreamName stream) {
        return prefix + ".worker." + worker + "." + op + "." + stream;
    }

    /** Which streams one worker serves: all, or those of that prefix. */
    public String list(String worker, @Nullable StreamName below) {
        return prefix + ".worker." + worker + ".list" + (below == null ? "" : "." + below);
    }

    /** Has the catalog of one slot compared with its files, at the worker that serves it. */
    public String reindex(String worker, int slot) {
        return prefix + ".worker." + worker + ".reindex." + slot;
    }

    /** All operations of one worker. */
    public String operations(String worker) {
        return prefix + ".worker." + worker + ".>";
    }

    /** One operation on any stream, at one worker. */
    public String operations(String worker, String op) {
        return prefix + ".worker." + worker + "." + op + ".>";
    }

    /** Change notices of one stream. */
    public String changes(StreamName stream) {
        return prefix + ".changes." + stream;
    }

    /** Whether an answer may be sent there: nothing inside the cluster's subjects or the system's. */
    public boolean isSafeReply(String subject) {
        return !subject.startsWith("$") && !subject.equals(prefix) && !subject.startsWith(prefix + ".");
    }
}
