// SPDX-License-Identifier: Apache-2.0
package io.natspersist.coordinator;

import io.natspersist.settings.Setting;

/** Everything that a coordinator's process can be told. */
public enum CoordinatorSetting implements Setting {
    // @formatter:off
    CLUSTER("default", "name of the cluster; its subjects begin with persist.<cluster>"),
    PREFIX("", "the subjects' prefix, in place of the cluster's name"),
    TABLE("", "file that keeps the assignment table; required"),
    NATS("nats://127.0.0.1:4222", "URLs of NATS servers, comma-separated"),
    CREDENTIALS("", "file with NATS credentials"),
    TLS_CA("", "PEM file of certificates that sign those of NATS servers, for TLS whatever the URLs say; those that the JVM"
            + " trusts unless told"),
    TLS_CERT("", "PEM file of the certificate that NATS servers are shown"),
    TLS_KEY("", "PEM file of its key, PKCS #8, or PKCS #1 for RSA"),
    SLOTS("1024", "into how many slots streams are hashed, at most 8192; never changes for a cluster"),
    HEARTBEAT_MILLIS("1000", "how often workers send heartbeats"),
    DEAD_AFTER_MILLIS("6000", "a worker silent for that long is dead"),
    HANDOVER_BATCH("", "how many slots move at a time to balance the cluster; unless told a sixteenth of all"),
    REBUILD_GRACE_MILLIS("6000", "how long a lost table waits for workers to report"),
    METRICS("", "[HOST:]PORT where metrics and health are served over HTTP; the host is 127.0.0.1 unless told, port 0 is"
            + " any that is free; nothing is served unless told");
    // @formatter:on

    /** What the variables begin with. */
    static final String ENVIRONMENT = "PERSIST_COORDINATOR_";

    private final String fallback;
    private final String meaning;

    CoordinatorSetting(String fallback, String meaning) {
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
        return ENVIRONMENT + name();
    }
}
