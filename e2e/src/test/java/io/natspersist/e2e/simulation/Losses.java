// SPDX-License-Identifier: Apache-2.0
package io.natspersist.e2e.simulation;

import io.natspersist.protocol.StreamConfig.Durability;
import java.util.ArrayList;
import java.util.List;

/** When a {@code relaxed} answer may have been lost: within so long of a machine's death or a lost lock. */
final class Losses {

    /** A force begins within a second, and nothing is answered once it takes two. */
    private static final long WINDOW_MILLIS = 3_500;

    private final List<long[]> windows = new ArrayList<>();

    /** What of one stream may have been lost. */
    interface OfStream {

        /** Whether anything may have been lost at all. */
        boolean any();

        /** Whether what the call did may have been lost. */
        boolean mayInclude(Call call);

        /** Whether a stream that is destroyed may begin again as if there had been none, but for its change numbers. */
        default boolean beginsAnew() {
            return false;
        }

        /** Whether nothing may be left of the log, though nothing of what it told of is lost. */
        default boolean cutsLog() {
            return false;
        }
    }

    /** Nothing may have been lost. */
    static final OfStream NONE = new OfStream() {
        @Override
        public boolean any() {
            return false;
        }

        @Override
        public boolean mayInclude(Call call) {
            return false;
        }
    };

    /** All of it may have been lost, whoever its owners were. */
    private static final OfStream EVERYTHING = new OfStream() {
        @Override
        public boolean any() {
            return true;
        }

        @Override
        public boolean mayInclude(Call call) {
            return true;
        }

        @Override
        public boolean beginsAnew() {
            return true;
        }
    };

    private record Damaged(String stream, long copied, long[] until) {}

    private final List<Damaged> damaged = new ArrayList<>();

    /** A stream's file is damaged, of which there is a copy up to that change. */
    void fileDamaged(String stream, long copied) {
        damaged.add(new Damaged(stream, copied, new long[]{Long.MAX_VALUE}));
    }

    /** The stream has a file again. */
    void fileIsBack(String stream, long atMillis) {
        damaged.stream().filter(d -> d.stream.equals(stream) && d.until[0] > atMillis)
                .forEach(d -> d.until[0] = atMillis);
    }

    /** Of a stream that is kept so; what was changed after the copy was taken, until the file was found damaged, may be lost too. */
    OfStream of(String stream, Durability kept) {
        OfStream otherwise = of(kept);
        List<Damaged> here = damaged.stream().filter(d -> d.stream.equals(stream)).toList();
        return here.isEmpty() ? otherwise : new OfStream() {
            @Override
            public boolean any() {
                return true;
            }

            @Override
            public boolean mayInclude(Call call) {
                return otherwise.mayInclude(call)
                        || here.stream().anyMatch(d -> call.change() > d.copied && call.began <= d.until[0]);
            }

            @Override
            public boolean beginsAnew() {
                return otherwise.beginsAnew();
            }

            @Override
            public boolean cutsLog() {
                return true;
            }
        };
    }

    /** Of a stream that is kept so, whose file was never damaged. */
    OfStream of(Durability kept) {
        return switch (kept) {
            case SYNC, SHIPPED -> NONE;
            case EPHEMERAL -> EVERYTHING;
            case RELAXED -> new OfStream() {
                @Override
                public boolean any() {
                    return !windows.isEmpty();
                }

                /** Its answer may have been under way for a while. */
                @Override
                public boolean mayInclude(Call call) {
                    return windows.stream().anyMatch(w -> w[0] <= call.ended && call.began <= w[1]);
                }
            };
        };
    }

    /** @param inTouchMillis when the worker last had the volume and ran */
    void powerLost(long atMillis, long inTouchMillis) {
        windows.add(new long[]{inTouchMillis - WINDOW_MILLIS, atMillis});
    }

    /** Of workers that died within the half minute before, what nobody has read yet is lost too: a machine writes back no later. */
    void volumeLostPower(long atMillis) {
        windows.add(new long[]{atMillis - 35_000, atMillis});
    }

    /**
     * The worker goes on for a while before it notices.
     *
     * @param inTouchMillis when it last had the volume and ran
     * @param backMillis when it has the volume and runs again
     */
    void locksLost(long inTouchMillis, long backMillis) {
        windows.add(new long[]{inTouchMillis - WINDOW_MILLIS, backMillis + WINDOW_MILLIS});
    }

    /**
     * A worker ends that lost its locks, maybe long before. One that had nothing to write could not notice; what it answered for
     * since then is what it had not forced yet.
     *
     * @param inTouchMillis when it last had the volume and ran
     */
    void foundLockless(long atMillis, long inTouchMillis) {
        windows.add(new long[]{inTouchMillis - WINDOW_MILLIS, atMillis});
    }
}
