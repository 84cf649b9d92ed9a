// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.cold;

/** Mistakes that can be planted, so that the simulation shows that it would find them. None outside its tests. */
public enum ColdMistake {
    /** That the copies are those of an owner of a higher epoch stops nobody. */
    FENCE_IGNORED,
    /** A head takes the place of one that nobody has read. */
    HEAD_OVERWRITTEN
}
