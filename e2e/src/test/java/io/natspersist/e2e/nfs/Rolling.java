// SPDX-License-Identifier: Apache-2.0
package io.natspersist.e2e.nfs;

import java.util.List;

/** Looks at a worker's journal where no client's cache is in the way: on the server. */
final class Rolling {

    private static final String TEMPORARY = ".new";
    private static final String SEGMENT = ".log";

    private Rolling() {}

    /**
     * Whether the journal of the worker's last incarnation stands between two segments: the next has a temporary name and no other
     * yet, or it has both and the one before still has both, for it is not closed yet.
     */
    static boolean isUnderWay(Rig rig, String worker) {
        return isUnderWay(rig.run("server",
                "ls $(ls -d /export/journals/" + worker + ".* | sort -t. -k2n | tail -1)").lines().toList());
    }

    static boolean isUnderWay(List<String> names) {
        List<Long> temporary = numbers(names, TEMPORARY);
        List<Long> segments = numbers(names, SEGMENT);
        return temporary.size() > 1
                || (!temporary.isEmpty() && !segments.isEmpty() && temporary.getLast() > segments.getLast());
    }

    private static List<Long> numbers(List<String> names, String end) {
        return names.stream().filter(name -> name.endsWith(end))
                .map(name -> Long.parseLong(name.substring(0, name.length() - end.length()))).sorted().toList();
    }
}
