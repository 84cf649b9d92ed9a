// SPDX-License-Identifier: Apache-2.0
package io.natspersist.settings;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Variables of the environment that are not one process's own. */
public enum SharedVariable implements Setting {
    // @formatter:off
    LOG_FORMAT("text", "workers, coordinator: text, or json: an object per line"),
    LOG_LEVEL("INFO", "workers, coordinator: ERROR, WARN, INFO or DEBUG; the persist command: ERROR unless told"),
    SERVER("nats://127.0.0.1:4222", "the persist command: URL of the NATS server"),
    CLUSTER("default", "the persist command: the cluster's name"),
    CREDS("", "the persist command: file with NATS credentials"),
    SERVER_CA("", "the persist command: PEM file of certificates that sign those of NATS servers"),
    CLIENT_CERT("", "the persist command: PEM file of the certificate that NATS servers are shown"),
    CLIENT_KEY("", "the persist command: PEM file of its key"),
    TRACES("", "the tests: folder with recorded editing"),
    TEST_KUBECONFIG("", "the tests: kubeconfig of a Kubernetes cluster to use"),
    TEST_KUBE("", "the tests: folder with a command `kube` that brings a Kubernetes cluster up and down"),
    TEST_K3S_IMAGE("k3s's own", "the tests: image of the k3s that Testcontainers starts in a Docker engine"),
    TEST_S3("", "the tests: http://HOST:PORT/BUCKET or s3://BUCKET of an S3 server that is to be tried too; credentials and"
            + " region are found where the AWS SDK looks for them"),
    CACHE("~/.cache/persist", "the launcher and persist up: where what they fetch is kept"),
    NATS_SERVER("", "the launcher and persist up: path of the nats-server program"),
    INSTALL("yes", "the launcher: no keeps it from fetching"),
    JAVA_OPTS("", "the launcher: more flags for the JVM of the persist command");
    // @formatter:on

    private static final String PREFIX = "PERSIST_";
    /** What the variables of other processes, and those of tests that name their rigs, go on with. */
    private static final List<String> ELSEWHERE = List.of("COORDINATOR_", "OPERATOR_", "NFS_");
    private static final List<String> FORMATS = List.of("text", "json");
    private static final List<String> LEVELS = List.of("ERROR", "WARN", "INFO", "DEBUG", "TRACE", "OFF");

    private final String fallback;
    private final String meaning;

    SharedVariable(String fallback, String meaning) {
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
        return PREFIX + name();
    }

    /** What is wrong with how logs are to be written. */
    public static Stream<String> mistakes(Map<String, String> environment) {
        return Stream.of(oneOf(LOG_FORMAT, FORMATS, environment), oneOf(LOG_LEVEL, LEVELS, environment))
                .flatMap(each -> each);
    }

    private static Stream<String> oneOf(SharedVariable variable, List<String> legal, Map<String, String> environment) {
        String value = environment.getOrDefault(variable.variable(), variable.fallback);
        return legal.contains(value)
                ? Stream.empty()
                : Stream.of(variable.variable() + " '" + value + "' is not one of " + String.join(", ", legal));
    }

    /**
     * Variables that begin as this project's do and that nobody knows: misspelled ones.
     *
     * @param own those of the process that asks
     */
    public static Stream<String> unknown(Map<String, String> environment, Setting[] own) {
        return environment.keySet().stream().filter(name -> name.startsWith(PREFIX))
                .filter(name -> ELSEWHERE.stream().noneMatch(part -> name.startsWith(PREFIX + part)))
                .filter(name -> Stream.concat(Arrays.stream(own), Arrays.stream(values()))
                        .noneMatch(known -> known.variable().equals(name)))
                .sorted().map(name -> "there is no " + name);
    }
}
