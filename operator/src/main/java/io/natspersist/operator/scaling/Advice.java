// SPDX-License-Identifier: Apache-2.0
package io.natspersist.operator.scaling;

import io.natspersist.operator.crd.Reason;

/**
 * How many workers there should be, and why.
 *
 * @param replicas to be asked for now; the same as before where nothing is to be done
 * @param recommended what the load asks for, within the bounds
 * @param message for people; stays the same while the advice does
 */
public record Advice(int replicas, int recommended, Reason reason, String message) {}
