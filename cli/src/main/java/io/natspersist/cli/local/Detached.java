// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.local;

import java.io.File;
import java.util.ArrayList;
import java.util.List;

/**
 * Commands that run in a session of their own, so that Ctrl-C reaches the one who started them and not them: they are to be
 * stopped in order.
 */
final class Detached {

    private Detached() {}

    /** The command as it is to be started here. */
    static List<String> command(List<String> command) {
        List<String> detached = new ArrayList<>();
        if (onPath("setsid")) {
            detached.add("setsid");
        } else if (onPath("perl")) {
            detached.addAll(List.of("perl", "-e", "setpgrp; exec @ARGV or die"));
        }
        detached.addAll(command);
        return detached;
    }

    private static boolean onPath(String program) {
        for (String folder : System.getenv().getOrDefault("PATH", "").split(File.pathSeparator)) {
            if (new File(folder, program).canExecute()) {
                return true;
            }
        }
        return false;
    }
}
