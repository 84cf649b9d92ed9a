// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.cold;

import io.natspersist.worker.cold.ColdTier.Copy;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * A copy and where its chunks lie.
 *
 * @param chunkBytes of every chunk but the last, which ends with the file
 * @param root the hash of the file's size, the chunks' and all their hashes: with it this list is known to be whole before anything
 *        is restored from it
 */
record Version(Copy copy, int chunkBytes, Hash root, List<Chunk> chunks) {

    Version {
        chunks = List.copyOf(chunks);
    }

    static Version of(Copy copy, int chunkBytes, List<Chunk> chunks) {
        return new Version(copy, chunkBytes, root(copy.bytes(), chunkBytes, chunks.stream().map(Chunk::hash).toList()),
                chunks);
    }

    static Hash root(long bytes, int chunkBytes, List<Hash> hashes) {
        MessageDigest digest = Hash.digest();
        ByteBuffer buffer = ByteBuffer.allocate(Hash.BYTES);
        digest.update(buffer.putLong(bytes).putLong(chunkBytes).flip());
        for (Hash hash : hashes) {
            digest.update(buffer.clear().putLong(hash.high()).putLong(hash.low()).flip());
        }
        return Hash.of(digest);
    }

    /** How many chunks a file of this size has. */
    static int count(long bytes, int chunkBytes) {
        return Math.toIntExact(Math.ceilDiv(bytes, (long) chunkBytes));
    }

    /** The bytes of the file that a chunk is. */
    int plain(int index) {
        return (int) Math.min(chunkBytes, copy.bytes() - (long) index * chunkBytes);
    }

    Set<Pack> packs() {
        Set<Pack> packs = new LinkedHashSet<>();
        chunks.forEach(chunk -> packs.add(chunk.pack()));
        return packs;
    }

    boolean isWhole() {
        return chunks.size() == count(copy.bytes(), chunkBytes)
                && root(copy.bytes(), chunkBytes, chunks.stream().map(Chunk::hash).toList()).equals(root);
    }
}
