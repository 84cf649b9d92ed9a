// SPDX-License-Identifier: Apache-2.0
package io.natspersist.protocol.table;

/** The highest version, epoch and incarnation that a cluster's tables are known to have given out. */
public record Numbers(long version, long epoch, long incarnation) {

    /** None was ever given out. */
    public static final Numbers NONE = new Numbers(0, 0, 0);

    public Numbers {
        if (version < 0 || epoch < 0 || incarnation < 0) {
            throw new IllegalArgumentException("numbers are never negative");
        }
    }

    /** Of each kind the higher one. */
    public Numbers orHigher(Numbers other) {
        return new Numbers(Math.max(version, other.version), Math.max(epoch, other.epoch),
                Math.max(incarnation, other.incarnation));
    }

    /** Each as many higher. */
    public Numbers plus(long more) {
        return new Numbers(version + more, epoch + more, incarnation + more);
    }
}
