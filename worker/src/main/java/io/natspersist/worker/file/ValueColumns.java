// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.file;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdCompressCtx;
import com.github.luben.zstd.ZstdException;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * The columns {@code value} and {@code zstd}, which stand next to each other: a value of more than 1 KiB is stored as a zstd
 * frame, with a checksum, where that saves an eighth of it at least.
 */
final class ValueColumns {
    /** Up to here a value fits a page of the file, nearly, and there is little to save. */
    private static final int PLAIN_UP_TO = 1024;

    /** A context takes about a MiB, and time to make. */
    private static final ThreadLocal<ZstdCompressCtx> CONTEXT = ThreadLocal
            .withInitial(() -> new ZstdCompressCtx().setLevel(Zstd.defaultCompressionLevel()).setChecksum(true));

    private ValueColumns() {}

    /** @param value null: none */
    static void set(PreparedStatement statement, int first, byte @Nullable [] value) throws SQLException {
        byte[] frame = value == null || value.length <= PLAIN_UP_TO ? null : CONTEXT.get().compress(value);
        if (value == null || frame == null || frame.length > value.length - value.length / 8) {
            statement.setBytes(first, value);
            statement.setObject(first + 1, null);
        } else {
            statement.setBytes(first, frame);
            statement.setInt(first + 1, value.length);
        }
    }

    static byte @Nullable [] value(ResultSet row, int first) throws SQLException {
        byte[] stored = row.getBytes(first);
        long size = row.getLong(first + 1);
        return stored == null || row.wasNull() ? stored : plain(stored, size);
    }

    private static byte[] plain(byte[] frame, long size) throws Damaged {
        long says = frame.length == 0 ? 0 : Zstd.getFrameContentSize(frame);
        if (says != size || size > Integer.MAX_VALUE) {
            throw new Damaged("a zstd frame of " + says + " bytes, not " + size);
        }
        try {
            return Zstd.decompress(frame, (int) size);
        } catch (ZstdException e) {
            throw new Damaged("a zstd frame that is none: " + e.getMessage());
        }
    }
}
