// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.local;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where the workers archive streams. Credentials they find where the AWS SDK looks for them: in the environment first. */
final class ArchiveOptions {

    @Option(names = "--s3", paramLabel = "URL", required = true, description = "s3://BUCKET[/PREFIX] where streams are archived;"
            + " credentials are AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or wherever else the AWS SDK finds them;"
            + " file:///FOLDER for a folder of this machine")
    private String s3 = "";

    @Option(names = "--s3-endpoint", paramLabel = "URL", description = "an S3 server that is not AWS, such as"
            + " http://127.0.0.1:9000")
    private @Nullable String endpoint;

    @Option(names = "--s3-region", paramLabel = "NAME", description = "the bucket's region; else AWS_REGION's, or us-east-1")
    private @Nullable String region;

    @Option(names = "--s3-path-style", description = "name the bucket in the path: most servers that are not AWS need it")
    private boolean pathStyle;

    @Option(names = "--archive-after-seconds", paramLabel = "N", description = "how long after a change (300)")
    private @Nullable Integer archiveAfter;

    @Option(names = "--evict-after-seconds", paramLabel = "N", description = "how long nobody asks for a stream until its"
            + " archived file leaves the volume (604800)")
    private @Nullable Integer evictAfter;

    @Option(names = "--retain-versions-seconds", paramLabel = "N", description = "how long a copy is kept once a newer one took its"
            + " place: so far back can a stream be restored (604800)")
    private @Nullable Integer retainVersions;

    @Option(names = "--own-disks", description = "each worker has a folder of its own, below disks/: what lasts, its journal too, is"
            + " in the bucket, and that is all that workers have in common")
    private boolean ownDisks;

    boolean ownDisks() {
        return ownDisks;
    }

    /** As workers understand them. */
    List<String> flags() {
        List<String> flags = new ArrayList<>();
        add(flags, "--s3", s3);
        add(flags, "--s3-endpoint", endpoint);
        add(flags, "--s3-region", region);
        add(flags, "--s3-path-style", pathStyle ? true : null);
        add(flags, "--archive-after-seconds", archiveAfter);
        add(flags, "--evict-after-seconds", evictAfter);
        add(flags, "--retain-versions-seconds", retainVersions);
        return flags;
    }

    private static void add(List<String> flags, String name, @Nullable Object value) {
        if (value != null) {
            flags.addAll(List.of(name, value.toString()));
        }
    }
}
