// SPDX-License-Identifier: Apache-2.0
package io.natspersist.loop;

import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** An unbounded queue that many threads add to without locks, and one thread at a time takes from. */
final class TaskQueue {

    /** The node taken last; changed by the taking thread alone. */
    private volatile Node taken = new Node(null);
    private final AtomicReference<Node> last = new AtomicReference<>(taken);

    /** The task can be taken, and {@link #isEmpty()} is false, once this returns. */
    void add(Runnable task) {
        Node node = new Node(task);
        last.getAndSet(node).set(node);
    }

    @Nullable
    Runnable poll() {
        Node next = taken.get();
        if (next == null) {
            return null;
        }
        taken = next;
        Runnable task = next.task;
        next.task = null;
        return task;
    }

    boolean isEmpty() {
        return taken.get() == null;
    }

    /** Refers to the next one. */
    private static final class Node extends AtomicReference<@Nullable Node> {
        private static final long serialVersionUID = 1;

        transient @Nullable Runnable task;

        Node(@Nullable Runnable task) {
            this.task = task;
        }
    }
}
