// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.cold;

import io.natspersist.protocol.StreamName;
import io.natspersist.worker.cold.ColdTier.Copy;
import io.natspersist.worker.cold.ObjectStoreException.Kind;
import io.natspersist.worker.file.Tombstone;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;

/** Cold copies in memory, which several nodes use. They are whole or not there, and it fails as it is told. From any thread. */
public final class MemoryColdTier {

    /** Is called before and after everything that alters the tier or reads a copy; may throw to end the process there. */
    public interface Step {
        void at(String node, String operation, StreamName stream);
    }

    private record Kept(Copy copy, byte[] bytes) {}

    private final Map<StreamName, List<Kept>> kept = new TreeMap<>();
    private final Map<StreamName, Integer> restores = new HashMap<>();
    private final Map<StreamName, Tombstone> buried = new TreeMap<>();
    private final Set<Copy> damaged = new HashSet<>();
    private Step step = (node, operation, stream) -> {};
    private long claimed;
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

    /** Copies that are made from now on say that they have so many bytes; 0: as many as they have. */
    public synchronized void claim(long bytes) {
        claimed = bytes;
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

    /** The tier as one node sees it. */
    public ColdTier mount(String node) {
        return new ColdTier() {
            @Override
            public Copy archive(StreamName stream, int slot, long epoch, Snapshot snapshot) {
                synchronized (MemoryColdTier.this) {
                    step(node, "before archive", stream);
                    Copy copy = keep(stream, epoch, snapshot);
                    step(node, "after archive", stream);
                    return copy;
                }
            }

            @Override
            public Optional<Copy> newest(StreamName stream, int slot) {
                synchronized (MemoryColdTier.this) {
                    step(node, "before newest", stream);
                    return Optional.ofNullable(kept.get(stream)).map(copies -> copies.getLast().copy);
                }
            }

            @Override
            public List<Copy> versions(StreamName stream, int slot) {
                synchronized (MemoryColdTier.this) {
                    step(node, "before versions", stream);
                    return kept.getOrDefault(stream, List.of()).stream().map(Kept::copy).toList();
                }
            }

            @Override
            public void restore(StreamName stream, int slot, Copy copy, Target target) {
                synchronized (MemoryColdTier.this) {
                    step(node, "before download", stream);
                    byte[] bytes = find(stream, copy);
                    target.write(ByteBuffer.wrap(bytes, 0, bytes.length / 2));
                    step(node, "while downloading", stream);
                    if (damaged.contains(copy)) {
                        throw new ObjectStoreException(Kind.DAMAGED, "told to be damaged", null);
                    }
                    target.write(ByteBuffer.wrap(bytes, bytes.length / 2, bytes.length - bytes.length / 2));
                    step(node, "after download", stream);
                }
            }

            @Override
            public void delete(StreamName stream, int slot, long epoch) {
                synchronized (MemoryColdTier.this) {
                    step(node, "before delete of copies", stream);
                    forget(stream, epoch);
                    step(node, "after delete of copies", stream);
                }
            }

            @Override
            public void bury(StreamName stream, int slot, long epoch, Tombstone tombstone) {
                synchronized (MemoryColdTier.this) {
                    step(node, "before burial", stream);
                    forget(stream, epoch);
                    buried.put(stream, tombstone);
                    step(node, "after burial", stream);
                }
            }

            @Override
            public Optional<Tombstone> buried(StreamName stream, int slot) {
                synchronized (MemoryColdTier.this) {
                    step(node, "before buried", stream);
                    return kept.containsKey(stream) ? Optional.empty() : Optional.ofNullable(buried.get(stream));
                }
            }

            @Override
            public void list(int slot, Consumer<List<Listed>> tell) {
                throw new UnsupportedOperationException("it does not know slots");
            }
        };
    }

    private void step(String node, String operation, StreamName stream) {
        step.at(node, operation, stream);
        if (away) {
            throw new ObjectStoreException(Kind.UNAVAILABLE, operation + ": told to be away", null);
        }
    }

    private Copy keep(StreamName stream, long epoch, ColdTier.Snapshot snapshot) {
        List<Kept> before = kept.getOrDefault(stream, List.of());
        if (!before.isEmpty() && before.getLast().copy.epoch() > epoch) {
            throw new ColdTier.Fenced(stream + " was archived by epoch " + before.getLast().copy.epoch());
        }
        ByteBuffer all = ByteBuffer.allocate((int) snapshot.bytes());
        snapshot.read(0, all);
        if (all.hasRemaining()) {
            throw new IllegalStateException("a snapshot of " + snapshot.bytes() + " bytes ends before");
        }
        Copy copy = new Copy(epoch, snapshot.state().change(), snapshot.at(),
                claimed == 0 ? all.capacity() : claimed);
        kept.computeIfAbsent(stream, s -> new ArrayList<>()).add(new Kept(copy, all.array()));
        archives++;
        return copy;
    }

    private byte[] find(StreamName stream, Copy copy) {
        restores.merge(stream, 1, Integer::sum);
        return kept.getOrDefault(stream, List.of()).stream().filter(k -> k.copy.equals(copy)).findFirst()
                .orElseThrow(
                        () -> new ObjectStoreException(Kind.DAMAGED, "there is no such copy of " + stream, null)).bytes;
    }

    private void forget(StreamName stream, long epoch) {
        List<Kept> left = new ArrayList<>(kept.getOrDefault(stream, List.of()));
        left.removeIf(k -> k.copy.epoch() <= epoch);
        kept.remove(stream);
        if (!left.isEmpty()) {
            kept.put(stream, left);
        }
    }
}
