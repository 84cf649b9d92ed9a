// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker;

import io.natspersist.settings.Setting;

/** Everything that a worker's process can be told. */
public enum WorkerSetting implements Setting {
    // @formatter:off
    NAME("", "the worker's name, unique in the cluster; 1 to 64 of A-Z a-z 0-9 _ -; required"),
    ROOT("", "the volume, an existing folder, the same one for all workers; required"),
    NATS("nats://127.0.0.1:4222", "URLs of NATS servers, comma-separated"),
    CLUSTER("default", "the cluster's name; its subjects begin with persist.<cluster>"),
    PREFIX("", "the subjects' prefix, in place of the cluster's name"),
    CREDENTIALS("", "file with NATS credentials; it is read again at every connect"),
    TLS_CA("", "PEM file of certificates that sign those of NATS servers, for TLS whatever the URLs say; it is read again at every"
            + " connect, as are the next two; those that the JVM trusts unless told"),
    TLS_CERT("", "PEM file of the certificate that NATS servers are shown"),
    TLS_KEY("", "PEM file of its key, PKCS #8, or PKCS #1 for RSA"),
    DURABILITY("sync", "sync: answer once forced to the disk; relaxed: answer once written, force within a second;"
            + " shipped: answer once in S3, with a disk of its own"),
    FILE_THREADS("4", "threads that open and read streams' files, and as many that write to them in the background"),
    SEGMENT_BYTES("16777216", "size at which the journal begins a new segment"),
    HEARTBEAT_MILLIS("1000", "how often it reports to the coordinator, as the coordinator was told"),
    DRAIN_SECONDS("20", "how long a stop may take: half of it for slots to move away, then what has not moved is put"
            + " into the files"),
    OPEN_STREAMS("20000", "how many streams stay open; beyond it the least recently used are closed, beyond twice as many"
            + " requests for others are refused"),
    OPEN_FILES("", "how many files of streams stay open, each takes about 150 KiB beside the heap and three descriptors;"
            + " beyond it the least recently used are closed; unless told 6000, or what fits the memory and descriptors"),
    IDLE_SECONDS("60", "a stream that nobody asked for so long is closed"),
    STREAM_DEFAULTS("", "a JSON file: what streams are configured to where they say nothing themselves, by prefix"),
    EPHEMERAL_BYTES("268435456", "memory, beside Java's heap, that ephemeral streams may take"),
    EPHEMERAL_IDLE_SECONDS("600", "how long an ephemeral stream is kept that nobody asks for"),
    METRICS("", "[HOST:]PORT where metrics and health are served over HTTP; the host is 127.0.0.1 unless told, port 0 is"
            + " any that is free; nothing is served unless told"),
    S3("", "s3://BUCKET[/PREFIX] where streams are archived that have settled, and whence their files come back; nothing is"
            + " archived unless told; credentials are found where the AWS SDK looks for them; file:///FOLDER for a folder"
            + " that all workers see, such as on one machine"),
    S3_ENDPOINT("", "http[s]://HOST[:PORT] of an S3 server that is not AWS"),
    S3_REGION("", "the bucket's region; unless told AWS_REGION's, or us-east-1"),
    S3_PATH_STYLE("false", "true: the bucket is named in the path, false: in the host's name; most servers that are not AWS"
            + " need true"),
    ARCHIVE_AFTER_SECONDS("300", "a stream is archived so long after its first change that its copy lacks"),
    EVICT_AFTER_SECONDS("604800", "a file that is archived is removed from the volume when nobody asked for its stream so"
            + " long"),
    VOLUME_HIGH_WATER("85", "percent of the volume in use from which on archived files are removed earlier, those longest"
            + " unused first; 0: never"),
    RETAIN_VERSIONS_SECONDS("604800", "how long an archived copy is kept once a newer one took its place"),
    COLD_THREADS("8", "threads that talk to S3"),
    OWN_DISK("false", "true: the folder is this worker's alone and may be lost with its machine; what lasts is in S3, where its"
            + " journal goes too; false: all workers have the folder"),
    SHIP_MILLIS("1000", "with a disk of its own, how long a change waits at most until it is on its way to S3"),
    SHIP_LAG_SECONDS("10", "with a disk of its own, how long changes may have waited for S3 before writes are refused");
    // @formatter:on

    private final String fallback;
    private final String meaning;

    WorkerSetting(String fallback, String meaning) {
        this.fallback = fallback;
        this.meaning = meaning;
    }

    @Override
    public String fallback() {
        return fallback;
    }

    @Override
    public String meaning() {
        return meaning;
    }

    @Override
    public String variable() {
        return "PERSIST_" + name();
    }
}
