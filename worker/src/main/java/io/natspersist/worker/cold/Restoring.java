// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.cold;

import com.github.luben.zstd.ZstdDecompressCtx;
import com.github.luben.zstd.ZstdException;
import io.natspersist.worker.cold.ColdTier.Target;
import io.natspersist.worker.cold.ObjectStoreException.Kind;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Gives out a copy, window by window; of each pack that has chunks of a window, the stretch with these is read at once. */
final class Restoring {
    private final PackStore packs;
    private final ColdKeys keys;
    private final Version version;
    private final int windowChunks;
    private final Consumer<PackName> damaged;
    private final byte[] window;

    /** @param damaged is told which pack is not what was stored, before that is thrown */
    Restoring(PackStore packs, ColdKeys keys, Version version, CopySizes sizes, Consumer<PackName> damaged) {
        this.packs = packs;
        this.keys = keys;
        this.version = version;
        this.damaged = damaged;
        windowChunks = Math.max(1, sizes.window() / version.chunkBytes());
        window = new byte[(int) Math.min((long) windowChunks * version.chunkBytes(), version.copy().bytes())];
    }

    void write(Target target, Consumer<ColdStep> after) {
        if (!version.isWhole()) {
            throw new ObjectStoreException(Kind.DAMAGED, keys.head() + ": the chunks of " + version.copy()
                    + " are not those that were stored", null);
        }
        try (ZstdDecompressCtx zstd = new ZstdDecompressCtx()) {
            for (int first = 0; first < version.chunks().size(); first += windowChunks) {
                int length = fill(first, Math.min(version.chunks().size(), first + windowChunks), zstd);
                target.write(ByteBuffer.wrap(window, 0, length));
                after.accept(ColdStep.WINDOW_RESTORED);
            }
        }
    }

    private int fill(int first, int end, ZstdDecompressCtx zstd) {
        Map<Pack, Stretch> stretches = new LinkedHashMap<>();
        for (int i = first; i < end; i++) {
            Chunk chunk = version.chunks().get(i);
            stretches.merge(chunk.pack(), Stretch.of(chunk), Stretch::and);
        }
        stretches.forEach((pack, stretch) -> {
            byte[] bytes = read(pack, stretch);
            List<Chunk> chunks = version.chunks();
            for (int i = first; i < end; i++) {
                if (chunks.get(i).pack().equals(pack)) {
                    unpack(i, (i - first) * version.chunkBytes(), bytes, stretch.from, zstd);
                }
            }
        });
        return (end - first - 1) * version.chunkBytes() + version.plain(end - 1);
    }

    private byte[] read(Pack pack, Stretch stretch) {
        try {
            return packs.read(keys.pack(pack.name()), stretch.from, stretch.to - stretch.from);
        } catch (ObjectStoreException e) {
            if (e.kind() == Kind.DAMAGED) {
                damaged.accept(pack.name());
            }
            throw e;
        }
    }

    private void unpack(int index, int to, byte[] from, int origin, ZstdDecompressCtx zstd) {
        Chunk chunk = version.chunks().get(index);
        int plain = version.plain(index);
        int position = chunk.offset() - origin;
        try {
            if (chunk.stored() == plain) {
                System.arraycopy(from, position, window, to, plain);
            } else if (zstd.decompressByteArray(window, to, plain, from, position, chunk.stored()) != plain) {
                throw isDamaged(chunk, index, null);
            }
        } catch (ZstdException e) {
            throw isDamaged(chunk, index, e);
        }
        if (!Hash.of(window, to, plain).equals(chunk.hash())) {
            throw isDamaged(chunk, index, null);
        }
    }

    private ObjectStoreException isDamaged(Chunk chunk, int index, @Nullable Throwable cause) {
        damaged.accept(chunk.pack().name());
        return new ObjectStoreException(Kind.DAMAGED, keys.pack(chunk.pack().name()) + ": chunk " + index
                + " of the file is not what was stored", cause);
    }

    /** Bytes of a pack. */
    private record Stretch(int from, int to) {

        static Stretch of(Chunk chunk) {
            return new Stretch(chunk.offset(), chunk.offset() + chunk.stored());
        }

        Stretch and(Stretch other) {
            return new Stretch(Math.min(from, other.from), Math.max(to, other.to));
        }
    }
}
