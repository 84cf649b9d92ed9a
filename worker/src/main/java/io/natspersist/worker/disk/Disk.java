// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.disk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * The volume as journals need it: names, locks and forces. All paths are relative to the volume's root, with {@code /}
 * between names. Every call blocks, on a network for as long as the network likes: never call it on an event loop. Any
 * {@link IOException} other than {@link NameExists} may mean that a lock was lost.
 *
 * <p>Nothing here is durable until it is forced: contents by {@link DiskFile#force()}, names by
 * {@link #forceFolder(String)}.
 */
public interface Disk {

    /** Makes a folder and those above it, where they are missing. */
    void createFolders(String folder) throws IOException;

    /** A fresh listing of a folder's names, sorted; empty where there is no such folder. Never a cached one. */
    List<String> list(String folder) throws IOException;

    /**
     * Makes a file that did not exist, open for reading and writing.
     *
     * @throws NameExists when the name is taken
     */
    DiskFile createNew(String path) throws IOException;

    /**
     * Opens an existing file for reading and writing. Opening asks the server, so it sees what another client wrote.
     *
     * <p>A process must hold at most one {@link DiskFile} of a locked file: closing a second one drops the lock.
     *
     * @throws java.nio.file.NoSuchFileException when there is none
     */
    DiskFile open(String path) throws IOException;

    /**
     * Gives a file a second name.
     *
     * @throws NameExists when {@code newName} is taken
     */
    void link(String existing, String newName) throws IOException;

    /** Removes a name, if it is there. */
    void delete(String path) throws IOException;

    /** Removes an empty folder, if it is there. */
    void deleteFolder(String folder) throws IOException;

    /** Makes names that were made, linked or removed in this folder durable. */
    void forceFolder(String folder) throws IOException;

    /** Free space for this process, bytes. */
    long usableBytes() throws IOException;

    /** An open file. One thread at a time writes; reads by position may run beside it. */
    interface DiskFile extends AutoCloseable {

        /** Asks once for an exclusive POSIX lock on the whole file; false: another process (or machine) holds it. */
        boolean tryLock() throws IOException;

        /** Writes all of the buffer at the file's end. */
        void append(ByteBuffer bytes) throws IOException;

        /** Makes everything appended durable. After the first failure the file must not be written or trusted again. */
        void force() throws IOException;

        /** Reads from {@code position} until the buffer is full or the file ends; returns how many bytes came. */
        int read(long position, ByteBuffer into) throws IOException;

        long size() throws IOException;

        /** Lets go of the file and its lock. Does not force. */
        @Override
        void close() throws IOException;
    }

    /** The name is taken. */
    final class NameExists extends IOException {
        private static final long serialVersionUID = 1;

        public NameExists(String path) {
            super(path + " exists");
        }
    }
}
