// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.bench.workload;

import io.natspersist.cli.bench.measure.Outcome;

/** Something that contenders are asked to do, and measured doing. */
public interface Workload {

    /** As on the command line. */
    String name();

    /** What it is, in a line. */
    String title();

    /**
     * Does it.
     *
     * @throws Exception when a request failed, or something acknowledged is not there
     */
    Outcome run(Lab lab) throws Exception;
}
