// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.file;

/** Streams' files that are in this process's memory, and nowhere else: there until they are removed, or the process ends. */
public interface StreamMemory extends StreamFiles {

    /** About how much memory they take. From any thread. */
    long bytes();
}
