// SPDX-License-Identifier: Apache-2.0
package io.natspersist.operator;

import io.natspersist.coordinator.CoordinatorMoment;
import java.util.Map;

/**
 * How the operator stands at one moment.
 *
 * @param acting whether it is the one of several operators that acts
 * @param watching whether it hears what changes in Kubernetes
 * @param coordinators of all clusters, by the prefix of their subjects
 */
public record OperatorMoment(boolean acting, boolean watching, Map<String, CoordinatorMoment> coordinators) {

    public OperatorMoment {
        coordinators = Map.copyOf(coordinators);
    }
}
