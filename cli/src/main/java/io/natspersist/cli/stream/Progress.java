// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.stream;

import io.natspersist.cli.terminal.Terminal;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Locale;
import java.util.function.LongSupplier;

/** Says on the terminal, a few times a second, how far reading has come, once it takes longer than a moment. */
final class Progress extends FilterInputStream {

    private static final long FIRST_NANOS = 500_000_000;
    private static final long EACH_NANOS = 200_000_000;

    private final Terminal terminal;
    private final long size;
    private final LongSupplier nanos;
    private final long began;
    private long saidAt;
    private boolean said;
    private long done;

    /** @param size how many bytes will come; 0: nobody knows */
    Progress(InputStream in, Terminal terminal, long size, LongSupplier nanos) {
        super(in);
        this.terminal = terminal;
        this.size = size;
        this.nanos = nanos;
        this.began = nanos.getAsLong();
        this.saidAt = began + FIRST_NANOS - EACH_NANOS;
    }

    @Override
    public int read() throws IOException {
        int read = super.read();
        count(read < 0 ? 0 : 1);
        return read;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        int read = super.read(bytes, offset, length);
        count(Math.max(0, read));
        return read;
    }

    private void count(int more) {
        done += more;
        if (terminal.watched() && nanos.getAsLong() - saidAt >= EACH_NANOS) {
            saidAt = nanos.getAsLong();
            said = true;
            terminal.err().print("\r" + line(done, size, saidAt - began) + " ");
            terminal.err().flush();
        }
    }

    /** Clears the line, and closes what was read. */
    @Override
    public void close() throws IOException {
        if (said) {
            terminal.err().print("\r" + " ".repeat(line(done, size, 1).length() + 20) + "\r");
            terminal.err().flush();
            said = false;
        }
        super.close();
    }

    static String line(long done, long size, long nanos) {
        String of = size > 0 ? String.format(Locale.ROOT, " of %s, %d%%", megabytes(size), 100 * done / size) : "";
        return megabytes(done) + of + ", " + megabytes(nanos == 0 ? 0 : (long) (done * 1e9 / nanos)) + "/s";
    }

    private static String megabytes(long bytes) {
        return String.format(Locale.ROOT, "%,.1f MB", bytes / 1e6);
    }
}
