// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.cold;

import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/** Keys of objects as paths of files, and back. An object's name has a dot and a folder's has none, so neither is in the other's way. */
final class FolderKeys {

    /** That of S3: by the bytes of UTF-8. */
    static final Comparator<String> ORDER = (a, b) -> Arrays.compareUnsigned(a.getBytes(StandardCharsets.UTF_8),
            b.getBytes(StandardCharsets.UTF_8));

    private static final String OBJECT = ".object";

    private FolderKeys() {}

    static Path path(String key) {
        int slash = key.lastIndexOf('/');
        return folder(key).resolve(encoded(key.substring(slash + 1)) + OBJECT);
    }

    /** In which all objects lie whose keys begin so; others may too. */
    static Path folder(String keyPrefix) {
        Path folder = Path.of("");
        for (int from = 0, slash; (slash = keyPrefix.indexOf('/', from)) >= 0; from = slash + 1) {
            folder = folder.resolve("_" + encoded(keyPrefix.substring(from, slash)).replace(".", "%2E"));
        }
        return folder;
    }

    static String key(Path path) {
        String encoded = StreamSupport.stream(path.spliterator(), false).map(Path::toString)
                .collect(Collectors.joining("/"));
        int slash = encoded.lastIndexOf('/');
        String folders = slash < 0 ? "" : encoded.substring(0, slash + 1).replaceAll("(^|/)_", "$1");
        String object = encoded.substring(slash + 1, encoded.length() - OBJECT.length());
        return URLDecoder.decode(folders + object, StandardCharsets.UTF_8);
    }

    private static String encoded(String part) {
        return URLEncoder.encode(part, StandardCharsets.UTF_8);
    }
}
