// SPDX-License-Identifier: Apache-2.0
package io.natspersist.operator.crd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.natspersist.operator.Kubernetes;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a real API server makes of good and bad PersistClusters. */
@Tag("kubernetes")
class PersistClusterRulesIT {

    private static final String OWN_DISKS = """
            apiVersion: natspersist.io/v1alpha1
            kind: PersistCluster
            metadata:
              name: own
            spec:
              nats:
                url: nats://nats:4222
              storage:
                perWorker:
                  claim: {size: 20Gi, storageClassName: ssd}
              durability: shipped
              streamDefaults: [{prefix: a, config: {durability: shipped}}]
              tiering: {bucket: streams}
            """;

    private static final String GOOD = """
            apiVersion: natspersist.io/v1alpha1
            kind: PersistCluster
            metadata:
              name: good
            spec:
              nats:
                url: nats://nats:4222
              storage:
                claim:
                  size: 10Gi
                  storageClassName: shared
              workers: {}
              coordinator: {}
            """;

    private static KubernetesClient client;
    private static String namespace;

    @BeforeAll
    static void connect() {
        client = Kubernetes.shared().client();
        namespace = Kubernetes.shared().namespace();
    }

    @AfterAll
    static void remove() {
        Kubernetes.shared().remove(namespace);
    }

    @Test
    void whatIsNotGivenIsAsTheRecordsHaveIt() {
        PersistCluster wanted = read(GOOD);

        PersistCluster stored = client.resource(wanted).inNamespace(namespace).create();

        assertThat(stored.getSpec()).isEqualTo(wanted.getSpec());
        assertThat(stored.getSpec().workers().replicas()).isEqualTo(2);
        client.resource(stored).delete();
    }

    /** {@code |} separates lines. */
    @ParameterizedTest(name = "{0} -> {1} is refused: {2}")
    @CsvSource(delimiter = ';', quoteCharacter = '`', textBlock = """
            name: good                   ; name: 1st                                                ; the name must begin with a letter
            name: good                   ; name: a.b                                                ; the name must begin with a letter
            name: good                   ; name: aaaaaaaaaabbbbbbbbbbccccccccccddddddddddx          ; at most 40 of them
            url: nats://nats:4222        ; prefix: p                                                ; give either url or urlSecret
            url: nats://nats:4222        ; url: nats://n|    urlSecret: {name: a, key: b}           ; give either url or urlSecret
            url: nats://nats:4222        ; url: nats://me:secret@nats                               ; put it into a Secret
            url: nats://nats:4222        ; url: nats.example                                        ; spec.nats.url in body should match
            url: nats://nats:4222        ; url: nats://n|    prefix: a.*                            ; spec.nats.prefix in body should match
            url: nats://nats:4222        ; url: nats://n|    credentials: {name: a}                 ; spec.nats.credentials.key: Required
            url: nats://nats:4222        ; url: nats://n|    tls: {}                                ; give ca, clientSecret or both
            url: nats://nats:4222        ; url: nats://n|    tls: {ca: {name: a}}                   ; spec.nats.tls.ca.key: Required
            claim:                       ; existingClaim: c|    claim:                              ; exactly one of existingClaim, claim, nfs and perWorker
            claim:                       ; nfs: {server: s, path: /p}|    claim:                    ; exactly one of existingClaim, claim, nfs and perWorker
            size: 10Gi                   ; accessModes: []                                          ; spec.storage.claim.size: Required
            claim:                       ; perWorker: {emptyDir: {sizeLimit: 1Gi}}|    claim:     ; exactly one of existingClaim, claim, nfs and perWorker
            workers: {}                  ; workers: {replicas: -1}                                  ; should be greater than or equal to 0
            workers: {}                  ; workers: {drainSeconds: 1}                               ; should be greater than or equal to 2
            workers: {}                  ; workers: {imagePullPolicy: Maybe}                        ; supported values
            coordinator: {}              ; coordinator: {slots: 0}                                  ; should be greater than or equal to 1
            coordinator: {}              ; coordinator: {slots: 8193}                               ; should be less than or equal to 8192
            coordinator: {}              ; coordinator: {heartbeatMillis: 3000}                     ; at least three times heartbeatMillis
            coordinator: {}              ; autoscaling: {maxReplicas: 3}                            ; spec.autoscaling.targets: Required
            coordinator: {}              ; autoscaling: {targets: {openStreams: 9}}                 ; spec.autoscaling.maxReplicas: Required
            coordinator: {}              ; autoscaling: {maxReplicas: 3, targets: {}}               ; there is nothing to scale by
            coordinator: {}              ; autoscaling: {minReplicas: 4, maxReplicas: 3, targets: {cpu: 1}} ; maxReplicas must be at least minReplicas
            coordinator: {}              ; autoscaling: {minReplicas: 0, maxReplicas: 3, targets: {cpu: 1}} ; should be greater than or equal to 1
            coordinator: {}              ; autoscaling: {maxReplicas: 3, targets: {cpu: 0}}         ; more than no CPU
            coordinator: {}              ; autoscaling: {maxReplicas: 3, targets: {openStreams: 0}} ; should be greater than or equal to 1
            coordinator: {}              ; autoscaling: {maxReplicas: 3, targets: {cpu: 1}, scaleDownStabilizationSeconds: 9999}; less than or equal to 3600
            coordinator: {}              ; coordinator: {slots: 4}|  autoscaling: {maxReplicas: 5, targets: {cpu: 1}}; more than there are slots
            coordinator: {}              ; durability: never                                        ; spec.durability: Unsupported value
            coordinator: {}              ; durability: shipped                                      ; shipped needs storage.perWorker
            coordinator: {}              ; tiering: {bucket: streams}|  durability: shipped         ; shipped needs storage.perWorker
            coordinator: {}              ; streamDefaults: [{prefix: a, config: {durability: shipped}}]; shipped needs storage.perWorker
            coordinator: {}              ; streamDefaults: [{prefix: a, config: {}}, {prefix: a, config: {}}]; two rules have the same prefix
            coordinator: {}              ; streamDefaults: [{prefix: a, config: {maxMsgs: 0}}]      ; should be greater than or equal to 1
            coordinator: {}              ; streamDefaults: [{prefix: a, config: {discard: most}}]   ; supported values
            coordinator: {}              ; tiering: {prefix: a}                                     ; spec.tiering.bucket: Required
            coordinator: {}              ; tiering: {bucket: My_Bucket}                             ; spec.tiering.bucket in body should match
            coordinator: {}              ; tiering: {bucket: streams, prefix: a/}                   ; spec.tiering.prefix in body should match
            coordinator: {}              ; tiering: {bucket: streams, endpoint: minio}              ; spec.tiering.endpoint in body should match
            coordinator: {}              ; tiering: {bucket: streams, highWaterPercent: 100}        ; less than or equal to 99
            coordinator: {}              ; tiering: {bucket: streams, credentialsSecret: a, serviceAccountAnnotations: {a: b}} ; give credentialsSecret or serviceAccountAnnotations
            """)
    void whatCannotWorkIsRefusedWithAReason(String good, String bad, String reason) {

        KubernetesClientException refused = catchThrowableOfType(KubernetesClientException.class,
                () -> client.resource(replaced(good, bad)).inNamespace(namespace).create());

        assertThat(refused).isNotNull();
        assertThat(refused).hasMessageContaining(reason);
    }

    @ParameterizedTest(name = "{0} -> {1} is refused: {2}")
    @CsvSource(delimiter = ';', quoteCharacter = '`', textBlock = """
            url: nats://nats:4222        ; url: nats://n|    prefix: other.prefix                   ; the prefix of a cluster cannot change
            size: 10Gi                   ; size: 9Gi                                                ; a claim can grow, not shrink
            storageClassName: shared     ; storageClassName: other                                  ; the storage class of a claim cannot change
            claim:                       ; existingClaim: c|    other:                              ; the storage of a cluster cannot change
            claim:                       ; nfs: {server: s, path: /p}|    other:                    ; the storage of a cluster cannot change
            claim:                       ; perWorker: {emptyDir: {sizeLimit: 1Gi}}|    other:     ; the storage of a cluster cannot change
            coordinator: {}              ; coordinator: {slots: 512}                                ; the number of slots of a cluster cannot change
            """)
    void whatCannotChangeIsRefusedWithAReason(String good, String bad, String reason) {
        PersistCluster stored = client.resource(read(GOOD)).inNamespace(namespace).create();

        KubernetesClientException refused = catchThrowableOfType(KubernetesClientException.class,
                () -> client.resource(replaced(good, bad)).inNamespace(namespace).patch());

        client.resource(stored).delete();
        assertThat(refused).isNotNull();
        assertThat(refused).hasMessageContaining(reason);
    }

    @Test
    void whatMayChangeIsTaken() {
        client.resource(read(GOOD)).inNamespace(namespace).create();
        List<String> changes = List.of("url: nats://nats:4222;url: tls://a:4222,tls://b:4222",
                "url: nats://nats:4222;url: tls://a|    tls: {ca: {name: nats, key: ca.crt}, clientSecret: client}",
                "workers: {};workers: {replicas: 0}", "coordinator: {};durability: relaxed",
                "coordinator: {};streamDefaults: [{prefix: a, config: {maxMsgs: 5}}, {prefix: '', config: {}}]",
                "coordinator: {};autoscaling: {maxReplicas: 9, targets: {openStreams: 1000, cpu: 800m}}",
                "coordinator: {};autoscaling: {minReplicas: 2, maxReplicas: 2, targets: {messagesPerSecond: 1}}",
                "size: 10Gi;size: 11Gi");

        assertThat(changes).allSatisfy(change -> {
            List<String> parts = Arrays.asList(change.split(";"));
            client.resource(replaced(parts.get(0), parts.get(1))).inNamespace(namespace).patch();
        });
        client.resources(PersistCluster.class).inNamespace(namespace).withName("good").delete();
    }

    @Test
    void streamsMayBeArchivedFromNowOnAndOtherwise() {
        client.resource(read(GOOD)).inNamespace(namespace).create();

        assertThat(List.of("{bucket: streams, credentialsSecret: s3, endpoint: 'http://minio:9000', pathStyle: true}",
                "{bucket: streams, serviceAccountAnnotations: {role: r}, evictAfterSeconds: 0}")).allSatisfy(
                        tiering -> client.resource(replaced("coordinator: {}", "tiering: " + tiering))
                                .inNamespace(namespace).update());
        client.resources(PersistCluster.class).inNamespace(namespace).withName("good").delete();
    }

    @ParameterizedTest(name = "{0} is refused: {1}")
    @CsvSource(delimiter = ';', quoteCharacter = '`', textBlock = """
            tiering: {bucket: other, prefix: a}   ; the bucket and prefix of a cluster cannot change
            tiering: {bucket: streams, prefix: b} ; the bucket and prefix of a cluster cannot change
            tiering: {bucket: streams}            ; the bucket and prefix of a cluster cannot change
            durability: sync                      ; tiering cannot be taken away
            """)
    void whereStreamsWereArchivedTheyStay(String bad, String reason) {
        HasMetadata stored = client.resource(replaced("coordinator: {}", "tiering: {bucket: streams, prefix: a}"))
                .inNamespace(namespace).create();

        KubernetesClientException refused = catchThrowableOfType(KubernetesClientException.class,
                () -> client.resource(replaced("coordinator: {}", bad)).inNamespace(namespace).update());

        client.resource(stored).delete();
        assertThat(refused).isNotNull();
        assertThat(refused).hasMessageContaining(reason);
    }

    /** {@code |} separates lines. */
    @ParameterizedTest(name = "{0} -> {1} is refused: {2}")
    @CsvSource(delimiter = ';', quoteCharacter = '`', textBlock = """
            tiering: {bucket: streams} ; coordinator: {}                                            ; perWorker needs tiering
            claim: {size: 20Gi, storageClassName: ssd} ; shipMillis: 1000                           ; give exactly one of claim and emptyDir
            claim:                     ; emptyDir: {sizeLimit: 1Gi}|      claim:                    ; give exactly one of claim and emptyDir
            size: 20Gi, storageClass   ; storageClass                                               ; spec.storage.perWorker.claim.size: Required
            size: 20Gi                 ; size: 0                                                    ; a worker needs 512Mi
            size: 20Gi                 ; size: -1Gi                                                 ; a worker needs 512Mi
            size: 20Gi                 ; size: 511Mi                                                ; a worker needs 512Mi
            size: 20Gi                 ; size: much                                                 ; quantities must match the regular expression
            storageClassName: ssd      ; storageClassName: ''                                       ; at least 1 chars long
            claim: {size: 20Gi, storageClassName: ssd} ; emptyDir: {}                               ; spec.storage.perWorker.emptyDir.sizeLimit: Required
            claim: {size: 20Gi, storageClassName: ssd} ; emptyDir: {sizeLimit: 0Gi}                 ; a worker needs 512Mi
            claim:                     ; shipMillis: 0|      claim:                                 ; should be greater than or equal to 10
            claim:                     ; shipLagSeconds: 0|      claim:                             ; should be greater than or equal to 1
            claim:                     ; shipMillis: 2001|      shipLagSeconds: 2|      claim:      ; shipMillis must not be more than shipLagSeconds
            perWorker:                 ; onDelete: delete|    perWorker:                            ; what is in the bucket stays
            """)
    void disksOfWorkersThatCannotWorkAreRefusedWithAReason(String good, String bad, String reason) {
        assertThat(OWN_DISKS).contains(good);

        KubernetesClientException refused = catchThrowableOfType(KubernetesClientException.class,
                () -> client.resource(OWN_DISKS.replaceFirst(Pattern.quote(good), bad.replace('|', '\n')))
                        .inNamespace(namespace).create());

        assertThat(refused).isNotNull();
        assertThat(refused).hasMessageContaining(reason);
    }

    @Test
    void disksOfWorkersMayBeOthersFromNowOnButNotOneVolume() {
        PersistCluster stored = client.resource(read(OWN_DISKS)).inNamespace(namespace).create();
        assertThat(stored.getSpec()).isEqualTo(read(OWN_DISKS).getSpec());

        assertThat(List.of("claim: {size: 5Gi, storageClassName: hdd}", "emptyDir: {sizeLimit: 512Mi}",
                "{emptyDir: {sizeLimit: 900Mi}, shipMillis: 50, shipLagSeconds: 60}")).allSatisfy(
                        disk -> client
                                .resource(OWN_DISKS.replaceFirst("\n +claim: .*",
                                        (disk.startsWith("{") ? " " + disk : "\n      " + disk)))
                                .inNamespace(namespace).update());
        KubernetesClientException refused = catchThrowableOfType(KubernetesClientException.class,
                () -> client.resource(OWN_DISKS.replaceFirst("perWorker:\n +claim:", "claim:")
                        .replace("shipped", "sync")).inNamespace(namespace).update());

        client.resource(stored).delete();
        assertThat(refused).isNotNull();
        assertThat(refused).hasMessageContaining("the storage of a cluster cannot change");
    }

    @Test
    void manifestsOfTheDocumentationAreTaken() throws IOException {
        List<String> manifests = Pattern.compile("(?s)```yaml\n(apiVersion.*?)```")
                .matcher(Files.readString(Kubernetes.root().resolve("docs/kubernetes.md"))).results()
                .map(found -> found.group(1)).toList();

        assertThat(manifests).hasSize(2).anyMatch(manifest -> manifest.contains("perWorker:")).allSatisfy(
                manifest -> client.resource(manifest).inNamespace(namespace).dryRun().create());
    }

    @Test
    void itScalesAsDeploymentsDo() {
        client.resource(read(GOOD)).inNamespace(namespace).create();

        PersistCluster scaled = client.resources(PersistCluster.class).inNamespace(namespace).withName("good").scale(5);

        assertThat(scaled.getSpec().workers().replicas()).isEqualTo(5);
        client.resource(scaled).delete();
    }

    private static String replaced(String good, String bad) {
        assertThat(GOOD).contains(good);
        return GOOD.replace(good, bad.replace('|', '\n'));
    }

    private static PersistCluster read(String yaml) {
        return client.getKubernetesSerialization().unmarshal(yaml, PersistCluster.class);
    }
}
