// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.cold;

import java.net.URI;
import java.nio.file.Path;

/** Where the cold tier's objects are. */
public sealed interface ColdPlace {

    /**
     * A place as it is written down.
     *
     * @param url {@code s3://BUCKET[/PREFIX]} or {@code file:///FOLDER}
     * @throws IllegalArgumentException when it names none
     */
    static ColdPlace of(String url) {
        return url.startsWith(Folder.SCHEME) ? Folder.of(url) : new Bucket(S3Config.of(url));
    }

    /** What {@link #of} understands. */
    String url();

    /** Makes nothing but the folder where it is one; may block. */
    ObjectStore open();

    /** A bucket of S3, or of a server that speaks like it. */
    record Bucket(S3Config s3) implements ColdPlace {

        @Override
        public String url() {
            return s3.url();
        }

        @Override
        public ObjectStore open() {
            return S3ObjectStore.open(s3);
        }
    }

    /** A folder that all workers see: of one machine, or of a volume beside theirs. */
    record Folder(Path path) implements ColdPlace {

        private static final String SCHEME = "file:";

        public Folder {
            if (!path.isAbsolute() || path.getNameCount() == 0) {
                throw new IllegalArgumentException("a folder is file:///FOLDER, and not the root");
            }
        }

        private static Folder of(String url) {
            URI uri = URI.create(url);
            if (uri.getPath() == null || uri.getAuthority() != null || uri.getQuery() != null
                    || uri.getFragment() != null) {
                throw new IllegalArgumentException("a folder is file:///FOLDER, of this machine");
            }
            return new Folder(Path.of(uri.getPath()));
        }

        @Override
        public String url() {
            return "file://" + path.toUri().getRawPath().replaceFirst("/$", "");
        }

        @Override
        public ObjectStore open() {
            return FolderObjectStore.open(path);
        }
    }
}
