// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.cold;

import io.natspersist.protocol.StreamName;
import io.natspersist.worker.cold.ObjectStoreException.Kind;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** Cold copies in memory, which are whole or not there. It fails and stalls as it is told. From any thread. */
public final class MemoryColdTier implements ColdTier {

    /** Is called before and after everything that alters the tier or reads a copy; may throw to end the process there. */
    public interface Step {
        void at(String operation, StreamName stream);
    }

    private record Kept(Copy copy, byte[] bytes) {}

    private final Map<StreamName, List<Kept>> kept = new TreeMap<>();
    private final Map<StreamName, Integer> restores = new HashMap<>();
    private final Set<Copy> damaged = new HashSet<>();
    private Step step = (operation, stream) -> {};
    private boolean away;
    private long archives;

    // What a test does to it.

    public synchronized void away(boolean is) {
        away = is;
    }

    public synchronized void onStep(Step hook) {
        step = hook;
    }

    /** The newest copy is not what was stored. */
    public synchronized void damage(StreamName stream) {
        damaged.add(kept.get(stream).getLast().copy);
    }

    // What a test sees of it.

    /** How many copies were made. */
    public synchronized long archives() {
        return archives;
    }

    /** How many times a copy was given out. */
    public synchronized int restores(StreamName stream) {
        return restores.getOrDefault(stream, 0);
    }

    public synchronized List<StreamName> streams() {
        return List.copyOf(kept.keySet());
    }

    // What a worker does with it.

    private void step(String operation, StreamName stream) {
        step.at(operation, stream);
        if (away) {
            throw new ObjectStoreException(Kind.UNAVAILABLE, operation + ": told to be away", null);
        }
    }

    @Override
    public synchronized Copy archive(StreamName stream, int slot, long epoch, Snapshot snapshot) {
        step("before archive", stream);
        List<Kept> before = kept.getOrDefault(stream, List.of());
        if (!before.isEmpty() && before.getLast().copy.epoch() > epoch) {
            throw new Fenced(stream + " was archived by epoch " + before.getLast().copy.epoch());
        }
        ByteBuffer all = ByteBuffer.allocate((int) snapshot.bytes());
        snapshot.read(0, all);
        if (all.hasRemaining()) {
            throw new IllegalStateException("a snapshot of " + snapshot.bytes() + " bytes ends before");
        }
        Copy copy = new Copy(epoch, snapshot.state().change(), snapshot.at(), all.capacity());
        kept.computeIfAbsent(stream, s -> new ArrayList<>()).add(new Kept(copy, all.array()));
        archives++;
        step("after archive", stream);
        return copy;
    }

    @Override
    public synchronized Optional<Copy> newest(StreamName stream, int slot) {
        step("before newest", stream);
        return Optional.ofNullable(kept.get(stream)).map(copies -> copies.getLast().copy);
    }

    @Override
    public synchronized List<Copy> versions(StreamName stream, int slot) {
        step("before versions", stream);
        return kept.getOrDefault(stream, List.of()).stream().map(Kept::copy).toList();
    }

    @Override
    public synchronized void restore(StreamName stream, int slot, Copy copy, Target target) {
        step("before restore", stream);
        restores.merge(stream, 1, Integer::sum);
        Kept found = kept.getOrDefault(stream, List.of()).stream().filter(k -> k.copy.equals(copy)).findFirst()
                .orElseThrow(() -> new ObjectStoreException(Kind.DAMAGED, "there is no such copy of " + stream, null));
        int half = found.bytes.length / 2;
        target.write(ByteBuffer.wrap(found.bytes, 0, half));
        step("while restoring", stream);
        if (damaged.contains(copy)) {
            throw new ObjectStoreException(Kind.DAMAGED, "told to be damaged", null);
        }
        target.write(ByteBuffer.wrap(found.bytes, half, found.bytes.length - half));
        step("after restore", stream);
    }

    @Override
    public synchronized void delete(StreamName stream, int slot, long epoch) {
        step("before delete", stream);
        List<Kept> left = new ArrayList<>(kept.getOrDefault(stream, List.of()));
        left.removeIf(k -> k.copy.epoch() <= epoch);
        kept.remove(stream);
        if (!left.isEmpty()) {
            kept.put(stream, left);
        }
        step("after delete", stream);
    }
}
