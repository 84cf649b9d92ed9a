// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.cold;

import io.natspersist.worker.cold.ObjectStoreException.Kind;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * An object store in memory that fails as it is told to. Tags are those of S3: equal bytes have equal ones. Calls are counted from
 * one; a call is a put, a get, a list, or the delete of any number of keys. From any thread.
 */
public final class MemoryObjectStore implements ObjectStore {

    /** What S3 gives at once. */
    private static final int PAGE = 1_000;

    private final NavigableMap<String, byte[]> objects = new TreeMap<>(
            (a, b) -> Arrays.compareUnsigned(a.getBytes(StandardCharsets.UTF_8), b.getBytes(StandardCharsets.UTF_8)));
    private final Map<Long, Failure> failures = new HashMap<>();
    private boolean away;
    private String refused;
    private long calls;
    private long puts;
    private long bytesUp;
    private long bytesDown;

    private record Failure(Kind kind, boolean done) {}

    // What a test does to it.

    /** Fails the {@code nth} call from now on (1: the next one), of which nothing is done. */
    public synchronized void fail(long nth, Kind kind) {
        failures.put(calls + nth, new Failure(kind, false));
    }

    /** Does what the {@code nth} call from now on asks for, but answers as if it were away: the answer was lost. */
    public synchronized void loseAnswer(long nth) {
        failures.put(calls + nth, new Failure(Kind.UNAVAILABLE, true));
    }

    /** Whether every call fails with {@link Kind#UNAVAILABLE} until it is told otherwise. */
    public synchronized void away(boolean is) {
        away = is;
    }

    /** Until it is healed nothing can be stored under keys that begin so. */
    public synchronized void refuse(String keyPrefix) {
        refused = keyPrefix;
    }

    /** Forgets failures that have not happened. */
    public synchronized void heal() {
        refused = null;
        failures.clear();
        away = false;
    }

    /** Puts other bytes in an object's place, as somebody else, or rot that no checksum of the store saw. */
    public synchronized void replace(String key, byte[] bytes) {
        objects.put(key, bytes.clone());
    }

    /** Turns over one bit of an object. */
    public synchronized void alter(String key, int position) {
        objects.get(key)[position] ^= 1;
    }

    /** Leaves only the first bytes of an object. */
    public synchronized void truncate(String key, int length) {
        objects.put(key, Arrays.copyOf(objects.get(key), length));
    }

    public synchronized void remove(String key) {
        objects.remove(key);
    }

    // What a test sees of it.

    public synchronized List<String> keys() {
        return List.copyOf(objects.keySet());
    }

    public synchronized long calls() {
        return calls;
    }

    public synchronized long puts() {
        return puts;
    }

    public synchronized long bytesUp() {
        return bytesUp;
    }

    public synchronized long bytesDown() {
        return bytesDown;
    }

    /** Of all objects. */
    public synchronized long bytesStored() {
        return objects.values().stream().mapToLong(each -> each.length).sum();
    }

    // What a worker does with it.

    @Override
    public synchronized String put(String key, ByteBuffer bytes, Condition condition) {
        byte[] given = new byte[bytes.remaining()];
        bytes.duplicate().get(given);
        return call("put of " + key, () -> {
            if (refused != null && key.startsWith(refused)) {
                throw new ObjectStoreException(Kind.UNAVAILABLE, "put of " + key + ": told to be refused", null);
            }
            byte[] there = objects.get(key);
            boolean holds = switch (condition) {
                case Condition.Absent _ -> there == null;
                case Condition.Unchanged(String tag) -> there != null && tag.equals(tag(there));
            };
            if (!holds) {
                throw new ObjectStoreException(Kind.CONFLICT, "put of " + key + ": "
                        + (there == null ? "nothing is there" : "an object with tag " + tag(there) + " is there"),
                        null);
            }
            objects.put(key, given);
            puts++;
            bytesUp += given.length;
            return tag(given);
        });
    }

    @Override
    public synchronized Optional<Stored> get(String key, long maxBytes) {
        return call("get of " + key, () -> {
            byte[] there = objects.get(key);
            if (there == null) {
                return Optional.empty();
            }
            if (there.length > maxBytes) {
                throw new ObjectStoreException(Kind.DAMAGED, "get of " + key + ": it has " + there.length
                        + " bytes, at most " + maxBytes + " were expected", null);
            }
            bytesDown += there.length;
            return Optional.of(new Stored(there.clone(), tag(there)));
        });
    }

    @Override
    public synchronized Optional<byte[]> get(String key, long position, int length) {
        return call("get of " + key, () -> {
            byte[] there = objects.get(key);
            if (there == null) {
                return Optional.empty();
            }
            if (position + length > there.length) {
                throw new ObjectStoreException(Kind.DAMAGED, "get of " + key + ": it has " + there.length
                        + " bytes, not " + length + " from " + position, null);
            }
            bytesDown += length;
            return Optional.of(Arrays.copyOfRange(there, (int) position, (int) position + length));
        });
    }

    @Override
    public synchronized void delete(Collection<String> keys) {
        call("delete of " + keys, () -> objects.keySet().removeAll(List.copyOf(keys)));
    }

    @Override
    public synchronized List<Found> list(String keyPrefix, String after) {
        return call("list of " + keyPrefix, () -> {
            boolean fromFirst = after == null || after.compareTo(keyPrefix) < 0;
            return objects.tailMap(fromFirst ? keyPrefix : after, fromFirst).entrySet().stream()
                    .takeWhile(each -> each.getKey().startsWith(keyPrefix)).limit(PAGE)
                    .map(each -> new Found(each.getKey(), each.getValue().length)).toList();
        });
    }

    private <T> T call(String what, Supplier<T> call) {
        calls++;
        Failure failure = away ? new Failure(Kind.UNAVAILABLE, false) : failures.remove(calls);
        if (failure == null) {
            return call.get();
        }
        if (failure.done()) {
            call.get();
        }
        throw new ObjectStoreException(failure.kind(), what + ": told to fail as call " + calls, null);
    }

    private static String tag(byte[] bytes) {
        try {
            return '"' + HexFormat.of().formatHex(MessageDigest.getInstance("MD5").digest(bytes)) + '"';
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
