// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.file;

import io.natspersist.protocol.StreamName;
import io.natspersist.worker.file.StreamFileException.Kind;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * Snapshots of {@link MemoryStream}s as bytes: a few pages that do not compress, two of which differ from one snapshot of a stream to the next.
 * The first begins with the number under which it is remembered here what they hold.
 */
final class FakeSnapshots {

    private static final int PAGES = 10;
    private static final int PAGE_BYTES = 1_024;

    private final List<Taken> taken = new ArrayList<>();
    private final Map<StreamName, byte[]> latest = new HashMap<>();

    private record Taken(MemoryStream contents, byte[] pages) {}

    byte[] take(StreamName stream, MemoryStream contents) {
        long number = taken.size();
        byte[] pages = latest.getOrDefault(stream, new byte[PAGES * PAGE_BYTES]).clone();
        boolean isFirst = !latest.containsKey(stream);
        for (int page = 0; page < PAGES; page++) {
            if (isFirst || page == 0 || page == 1 + number % (PAGES - 1)) {
                byte[] fresh = new byte[PAGE_BYTES];
                new SplittableRandom(number * PAGES + page).nextBytes(fresh);
                System.arraycopy(fresh, 0, pages, page * PAGE_BYTES, PAGE_BYTES);
            }
        }
        ByteBuffer.wrap(pages).putLong(0, number);
        latest.put(stream, pages);
        taken.add(new Taken(contents.copy(), pages));
        return pages;
    }

    /** @throws StreamFileException where the bytes are not those of one snapshot */
    MemoryStream contents(StreamName stream, ByteBuffer bytes) {
        if (bytes.remaining() == PAGES * PAGE_BYTES) {
            long number = bytes.getLong(bytes.position());
            if (number >= 0 && number < taken.size()) {
                Taken of = taken.get((int) number);
                if (Arrays.equals(of.pages, Arrays.copyOfRange(bytes.array(), 0, bytes.limit()))) {
                    return of.contents.copy();
                }
            }
        }
        throw new StreamFileException(Kind.CORRUPT, stream, "these are not the bytes of one snapshot", null);
    }
}
