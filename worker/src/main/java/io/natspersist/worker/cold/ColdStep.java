// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.cold;

/** What has just been done: where a test ends a process. */
public enum ColdStep {
    HEAD_READ, SCANNED, PACK_STORED, HEAD_STORED, PACKS_DELETED, WINDOW_RESTORED
}
