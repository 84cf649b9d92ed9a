// SPDX-License-Identifier: Apache-2.0
package io.natspersist.operator.status;

import io.natspersist.operator.crd.ClusterCondition;
import io.natspersist.operator.crd.ClusterCondition.Truth;
import io.natspersist.operator.crd.Reason;

/** Whether something is so, and why. */
record Finding(Truth truth, Reason reason, String message) {

    static Finding yes(String message) {
        return yes(Reason.AS_EXPECTED, message);
    }

    static Finding yes(Reason reason, String message) {
        return new Finding(Truth.TRUE, reason, message);
    }

    static Finding no(Reason reason, String message) {
        return new Finding(Truth.FALSE, reason, message);
    }

    static Finding unknown(Reason reason, String message) {
        return new Finding(Truth.UNKNOWN, reason, message);
    }

    boolean holds() {
        return truth == Truth.TRUE;
    }

    /** As a condition; its time is that of the one before it where the truth is the same. */
    ClusterCondition condition(ClusterCondition.Type type, Seen seen) {
        String since = seen.before().stream().filter(c -> c.type() == type && c.status() == truth)
                .map(ClusterCondition::lastTransitionTime).findFirst().orElse(seen.now());
        return new ClusterCondition(type, truth, reason, message, since, seen.generation());
    }
}
