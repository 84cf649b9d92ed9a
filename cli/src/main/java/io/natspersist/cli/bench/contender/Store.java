// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.bench.contender;

import io.natspersist.cli.bench.measure.Processes;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * Something that keeps messages in streams: servers of its own, and one connection from this process. Futures complete on the
 * client's threads, and fail with whatever the client says; what hangs on them must not block.
 */
public interface Store extends AutoCloseable {

    /** As in the results. */
    String name();

    /** Those that work for it now. */
    Processes processes();

    /** Makes streams where they must be made before they are written to. */
    void prepare(List<String> streams) throws InterruptedException;

    /** A handle; it costs nothing. */
    StoredStream stream(String name);

    /** Makes a stream that does not exist, and stores its first message. */
    CompletableFuture<Long> create(String stream, byte[] value);

    /** Calls {@code onMessage} for every message stored from now on, over a connection of its own, until closed. */
    AutoCloseable follow(String stream, Runnable onMessage) throws Exception;

    /** Reads a stream's {@code count} messages from the first to the last, over a connection of its own. */
    void readAll(String stream, long count, Consumer<byte[]> onValue) throws Exception;

    /** Makes key-value stores where they must be made before they are written to. */
    void prepareKeys(List<String> stores) throws InterruptedException;

    /** A handle on a key-value store; it costs nothing. */
    StoredKeys keys(String store);

    /** Ends the servers too. */
    @Override
    void close() throws IOException;
}
