// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.bench.workload;

/** How long everything takes. */
public enum Scale {

    /** About a minute in all: shows that it works, and roughly where things are. */
    QUICK,
    /** Some minutes. */
    NORMAL,
    /** What the goals speak of: 60 s, 100,000 streams, a million messages. The better part of an hour. */
    FULL;

    int of(int quick, int normal, int full) {
        return switch (this) {
            case QUICK -> quick;
            case NORMAL -> normal;
            case FULL -> full;
        };
    }

    double of(double quick, double normal, double full) {
        return switch (this) {
            case QUICK -> quick;
            case NORMAL -> normal;
            case FULL -> full;
        };
    }

    /** How many turns each contender has. */
    int turns() {
        return of(2, 3, 5);
    }

    /** How long a turn is. */
    double turnSeconds() {
        return of(0.4, 1.5, 4.0);
    }

    /** How long a contender is written to when it has started: JVMs compile what they run often. */
    double firstWarmUpSeconds() {
        return of(0.5, 6.0, 15.0);
    }

    /** How long a contender does what is going to be measured before it is. */
    double warmUpSeconds() {
        return of(0.3, 1.0, 4.0);
    }
}
