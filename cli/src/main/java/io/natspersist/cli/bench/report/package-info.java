// SPDX-License-Identifier: Apache-2.0
/** What came of it: as text, as JSON, as a picture. */
@NullMarked
package io.natspersist.cli.bench.report;

import org.jspecify.annotations.NullMarked;
