// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.file;

import io.natspersist.protocol.StreamName;

/**
 * A prefix of stream names.
 *
 * @param streams how many streams have it, itself included
 * @param isStream whether it is one itself
 */
public record Branch(StreamName prefix, long streams, boolean isStream) {

    public Branch and(Branch other) {
        return new Branch(prefix, streams + other.streams, isStream || other.isStream);
    }
}
