// SPDX-License-Identifier: Apache-2.0
/** What is measured: Persist, a plain echo, and the interface that JetStream is measured through too. */
@NullMarked
package io.natspersist.cli.bench.contender;

import org.jspecify.annotations.NullMarked;
