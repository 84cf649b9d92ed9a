// SPDX-License-Identifier: Apache-2.0
@NullMarked
package io.natspersist.client;

import org.jspecify.annotations.NullMarked;
