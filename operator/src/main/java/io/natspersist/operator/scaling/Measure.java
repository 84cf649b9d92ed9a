// SPDX-License-Identifier: Apache-2.0
package io.natspersist.operator.scaling;

/** What a worker's load is measured by. */
public enum Measure {
    OPEN_STREAMS("openStreams"), MESSAGES_PER_SECOND("messagesPerSecond"),
    /** In cores. */
    CPU("cpu");

    private final String word;

    Measure(String word) {
        this.word = word;
    }

    /** As the field of a PersistCluster. */
    String word() {
        return word;
    }
}
