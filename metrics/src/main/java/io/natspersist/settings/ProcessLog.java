// SPDX-License-Identifier: Apache-2.0
package io.natspersist.settings;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The log of a process that serves: such a one says more than a command does, whose user wants to see little. */
public final class ProcessLog {

    private static final String LEVEL = "persist.log";

    private ProcessLog() {}

    /** To be called before anything else makes a logger. */
    public static Logger of(Class<?> main) {
        if (System.getProperty(LEVEL) == null) {
            System.setProperty(LEVEL, SharedVariable.LOG_LEVEL.fallback());
        }
        return LoggerFactory.getLogger(main);
    }
}
