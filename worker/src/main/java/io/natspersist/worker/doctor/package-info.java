// SPDX-License-Identifier: Apache-2.0
/** Says what is wrong with a volume that no worker uses. */
@NullMarked
package io.natspersist.worker.doctor;

import org.jspecify.annotations.NullMarked;
