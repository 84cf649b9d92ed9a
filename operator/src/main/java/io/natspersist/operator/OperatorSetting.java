// SPDX-License-Identifier: Apache-2.0
package io.natspersist.operator;

import io.natspersist.settings.Setting;

/** Everything that the operator's process can be told, in its environment. */
public enum OperatorSetting implements Setting {
    // @formatter:off
    NAME("", "what distinguishes this process from other operators, such as its pod's name; required"),
    LEASE_NAMESPACE("", "namespace of the Lease by which one of several operators acts; required"),
    NAMESPACES("", "namespaces whose PersistClusters are its own, comma-separated; all unless told"),
    WORKER_IMAGE("", "the image of workers whose PersistCluster names none"),
    METRICS("", "[HOST:]PORT where metrics and health are served over HTTP; the host is 127.0.0.1 unless told, port 0 is"
            + " any that is free; nothing is served unless told");
    // @formatter:on

    /** What the variables begin with. */
    static final String ENVIRONMENT = "PERSIST_OPERATOR_";

    private final String fallback;
    private final String meaning;

    OperatorSetting(String fallback, String meaning) {
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
