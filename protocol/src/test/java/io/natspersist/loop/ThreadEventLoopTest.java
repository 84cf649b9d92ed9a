// SPDX-License-Identifier: Apache-2.0
package io.natspersist.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ThreadEventLoopTest {

    private final List<Throwable> faults = new CopyOnWriteArrayList<>();
    private final ThreadEventLoop loop = new ThreadEventLoop("loop under test", faults::add);

    @AfterEach
    void close() {
        loop.close();
    }

    @Test
    void tasksOfEachThreadRunInOrderAndNeverTwoAtOnce() throws InterruptedException {
        int threads = 4;
        int each = 20_000;
        AtomicInteger running = new AtomicInteger();
        AtomicInteger overlaps = new AtomicInteger();
        List<List<Integer>> seen = new ArrayList<>();
        List<Thread> producers = new ArrayList<>();
        for (int t = 0; t < threads; t++) {
            List<Integer> mine = new ArrayList<>();
            seen.add(mine);
            producers.add(new Thread(() -> {
                for (int i = 0; i < each; i++) {
                    int number = i;
                    loop.execute(() -> {
                        overlaps.addAndGet(running.getAndIncrement());
                        mine.add(number);
                        running.decrementAndGet();
                    });
                }
            }));
        }
        producers.forEach(Thread::start);
        for (Thread producer : producers) {
            producer.join();
        }
        loop.close();
        assertThat(overlaps).hasValue(0);
        assertThat(seen).allSatisfy(mine -> assertThat(mine).hasSize(each).isSorted());
    }

    @Test
    void anIdleLoopRunsATaskAndWhatItGivesTheLoopOnTheCallersThread() {
        List<String> ran = new ArrayList<>();
        awaitIdle();

        loop.executeHere(() -> {
            loop.execute(() -> ran.add("second"));
            ran.add("first " + Thread.currentThread().getName());
        });

        assertThat(ran).containsExactly("first " + Thread.currentThread().getName(), "second");
    }

    /** Until the loop's thread has let go of the loop. */
    private void awaitIdle() {
        await().until(() -> {
            List<Thread> by = new ArrayList<>();
            loop.executeHere(() -> by.add(Thread.currentThread()));
            return by.equals(List.of(Thread.currentThread()));
        });
    }

    @Test
    void aBusyLoopIsNotWaitedForAndTasksOfAThreadKeepTheirOrder() throws InterruptedException {
        CountDownLatch go = new CountDownLatch(1);
        List<String> ran = new CopyOnWriteArrayList<>();
        loop.execute(() -> {
            try {
                go.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        loop.execute(() -> ran.add("queued"));
        loop.executeHere(() -> ran.add("here"));
        assertThat(ran).isEmpty();

        go.countDown();

        await().until(() -> ran.size() == 2);
        assertThat(ran).containsExactly("queued", "here");
    }

    @Test
    void aTaskGivenToItsOwnLoopRunsAfterIt() {
        List<String> ran = new CopyOnWriteArrayList<>();
        loop.executeHere(() -> {
            loop.executeHere(() -> ran.add("inner"));
            ran.add("outer");
        });
        await().until(() -> ran.size() == 2);
        assertThat(ran).containsExactly("outer", "inner");
    }

    @Test
    void aTimerSetOnACallersThreadRunsWhileTheLoopsThreadSleeps() {
        for (int i = 0; i < 200; i++) {
            AtomicInteger ran = new AtomicInteger();
            loop.executeHere(() -> loop.after(1, ran::incrementAndGet));
            await().pollInterval(java.time.Duration.ofMillis(1)).until(() -> ran.get() == 1);
        }
    }

    @Test
    void whoeverRunsTasksTheyNeverOverlapAndNoneIsLost() throws InterruptedException {
        int threads = 4;
        int each = 20_000;
        int[] plain = new int[3]; // touched on the loop alone
        AtomicInteger overlaps = new AtomicInteger();
        AtomicInteger running = new AtomicInteger();
        List<Thread> producers = new ArrayList<>();
        for (int t = 0; t < threads; t++) {
            int own = t;
            producers.add(new Thread(() -> {
                for (int i = 0; i < each; i++) {
                    int n = i;
                    Runnable task = () -> {
                        overlaps.addAndGet(running.getAndIncrement());
                        plain[0]++;
                        if (n % 100 == 0) {
                            loop.after(n % 3, () -> plain[1]++);
                        }
                        if (n % 10 == 0) {
                            loop.execute(() -> plain[2]++);
                        }
                        running.decrementAndGet();
                    };
                    if ((i + own) % 3 == 0) {
                        loop.execute(task);
                    } else {
                        loop.executeHere(task);
                    }
                    if (i % 500 == 0) {
                        Thread.yield();
                    }
                }
            }));
        }
        producers.forEach(Thread::start);
        for (Thread producer : producers) {
            producer.join();
        }
        AtomicInteger timers = new AtomicInteger();
        await().until(() -> {
            loop.execute(() -> timers.set(plain[1]));
            return timers.get() == threads * each / 100;
        });
        loop.close();
        assertThat(plain).containsExactly(threads * each, threads * each / 100, threads * each / 10);
        assertThat(overlaps).hasValue(0);
        assertThat(faults).isEmpty();
    }

    @Test
    void aParkedLoopWakesForATask() {
        for (int i = 0; i < 200; i++) {
            AtomicBoolean ran = new AtomicBoolean();
            loop.execute(() -> ran.set(true));
            await().pollInterval(java.time.Duration.ofMillis(1)).untilTrue(ran);
        }
    }

    @Test
    void timersRunInTheOrderOfTheirTimesAndThenOfTheirCalls() {
        List<String> ran = new CopyOnWriteArrayList<>();
        CountDownLatch go = new CountDownLatch(1);
        loop.execute(() -> {
            loop.after(30, () -> ran.add("30"));
            loop.after(10, () -> ran.add("10"));
            loop.after(0, () -> ran.add("0 first"));
            loop.after(0, () -> ran.add("0 second"));
            loop.after(-5, () -> ran.add("0 third"));
            loop.execute(() -> ran.add("task"));
            go.countDown();
        });
        await().until(() -> ran.size() == 6);
        assertThat(ran.subList(4, 6)).containsExactly("10", "30");
        assertThat(ran).containsSubsequence("0 first", "0 second", "0 third");
    }

    @Test
    void aTimerNeverRunsEarlyAndOneFromAnotherThreadRunsToo() {
        long start = loop.nanos();
        List<Long> elapsed = new CopyOnWriteArrayList<>();
        loop.after(20, () -> elapsed.add(loop.nanos() - start));
        await().until(() -> elapsed.size() == 1);
        assertThat(elapsed.get(0)).isGreaterThanOrEqualTo(20_000_000);
    }

    @Test
    void aTimerRunsAlthoughTasksKeepComing() {
        AtomicBoolean stop = new AtomicBoolean();
        Runnable again = new Runnable() {
            @Override
            public void run() {
                if (!stop.get()) {
                    loop.execute(this);
                }
            }
        };
        loop.execute(again);
        loop.after(5, () -> stop.set(true));
        await().untilTrue(stop);
    }

    @Test
    void aCancelledTimerDoesNotRun() {
        List<String> ran = new CopyOnWriteArrayList<>();
        loop.execute(() -> { // where no timer can run meanwhile
            EventLoop.Timer cancelled = loop.after(0, () -> ran.add("cancelled"));
            cancelled.cancel();
            cancelled.cancel();
            loop.after(1, () -> ran.add("kept"));
        });
        await().until(() -> !ran.isEmpty());
        assertThat(ran).containsExactly("kept");
    }

    @Test
    void aTaskThatThrowsIsReportedAndTheNextOneRuns() {
        AtomicBoolean ran = new AtomicBoolean();
        AssertionError error = new AssertionError("on purpose");
        loop.execute(() -> {
            throw error;
        });
        loop.after(0, () -> {
            throw new IllegalStateException("a timer's");
        });
        await().until(() -> faults.size() == 2);
        loop.execute(() -> ran.set(true));
        await().untilTrue(ran);
        assertThat(faults.get(0)).isSameAs(error);
        assertThat(faults.get(1)).hasMessage("a timer's");
    }

    @Test
    void closingRunsWhatWasGivenBeforeAndNothingAfter() {
        List<String> ran = new CopyOnWriteArrayList<>();
        loop.execute(() -> ran.add("before"));
        loop.after(60_000, () -> ran.add("timer"));
        loop.close();
        loop.execute(() -> ran.add("after"));
        loop.close();
        assertThat(ran).containsExactly("before");
    }

    @Test
    void aLoopMayCloseItself() {
        AtomicBoolean closed = new AtomicBoolean();
        loop.execute(() -> {
            loop.close();
            closed.set(true);
        });
        await().untilTrue(closed);
    }
}
