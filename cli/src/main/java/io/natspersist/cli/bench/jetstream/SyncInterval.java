// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.bench.jetstream;

/** When JetStream's files are forced to the disk. */
public enum SyncInterval {

    /** Every two minutes; messages are acknowledged before. */
    DEFAULT("jetstream", ""),
    /** Before a message is acknowledged. */
    ALWAYS("jetstream always", "sync_interval: always");

    private final String contender;
    private final String configuration;

    SyncInterval(String contender, String configuration) {
        this.contender = contender;
        this.configuration = configuration;
    }

    /** As in the results. */
    public String contender() {
        return contender;
    }

    String configuration() {
        return configuration;
    }
}
