// SPDX-License-Identifier: Apache-2.0
/** What all processes are told alike: how they log, and which variables of the environment are whose. */
@NullMarked
package io.natspersist.settings;

import org.jspecify.annotations.NullMarked;
