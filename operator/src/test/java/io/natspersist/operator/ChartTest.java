// SPDX-License-Identifier: Apache-2.0
package io.natspersist.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.marcnuri.helm.Helm;
import com.marcnuri.helm.LintResult;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.SecurityContext;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.kubernetes.api.model.rbac.ClusterRole;
import io.fabric8.kubernetes.api.model.rbac.ClusterRoleBinding;
import io.fabric8.kubernetes.api.model.rbac.PolicyRule;
import io.fabric8.kubernetes.api.model.rbac.Role;
import io.fabric8.kubernetes.api.model.rbac.RoleBinding;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.fabric8.openshift.api.model.monitoring.v1.PodMonitor;
import io.natspersist.operator.crd.PersistCluster;
import io.natspersist.protocol.Version;
import io.natspersist.settings.Setting;
import io.natspersist.settings.SharedVariable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ChartTest {

    private static final String CRD = "persistclusters.natspersist.io.yaml";

    private static final String EVERYTHING = """
            replicas: 2
            image: {digest: "sha256:%064d"}
            workerImage: {repository: registry.example:5000/a/worker, tag: v1}
            imagePullSecrets: [pull]
            serviceAccount: {annotations: {a: b}}
            javaOptions: "-XX:MaxRAMPercentage=50"
            podLabels: {team: storage}
            podAnnotations: {c: d}
            nodeSelector: {disk: fast}
            tolerations: [{key: dedicated, operator: Exists}]
            affinity: {nodeAffinity: {preferredDuringSchedulingIgnoredDuringExecution: []}}
            topologySpreadConstraints: [{maxSkew: 1, topologyKey: zone, whenUnsatisfiable: DoNotSchedule}]
            priorityClassName: high
            networkPolicy: {create: true, metricsFrom: [{namespaceSelector: {matchLabels: {name: monitoring}}}]}
            podMonitor: {create: true, labels: {release: prometheus}}
            prometheusRule: {create: true, labels: {release: prometheus}}
            grafanaDashboard: {create: true}
            """.formatted(7);

    @Test
    void helmFindsNoFault() {
        LintResult result = new Helm(Chart.FOLDER).lint().strict().call();

        assertThat(result.isFailed()).as(result.getMessages().toString()).isFalse();
    }

    @Test
    void theChartHasTheVersionOfTheBuild() throws IOException {
        Map<?, ?> chart = (Map<?, ?>) Chart.load(Files.readString(Chart.FOLDER.resolve("Chart.yaml"))).iterator()
                .next();

        assertThat(chart.get("version")).isEqualTo(Version.CURRENT);
        assertThat(chart.get("appVersion")).isEqualTo(Version.CURRENT);
    }

    /** With -Dcrd.write=true it is copied first. */
    @Test
    void theChartBringsTheCrdAsItIsAndLeavesItThere() throws IOException {
        Path original = Kubernetes.root().resolve("crds").resolve(CRD);
        Path copy = Chart.FOLDER.resolve("files").resolve(CRD);
        if (Boolean.getBoolean("crd.write")) {
            Files.writeString(copy, Files.readString(original));
        }
        assertThat(copy).hasSameTextualContentAs(original);

        CustomResourceDefinition rendered = Chart.only(CustomResourceDefinition.class, Chart.render(""));
        assertThat(rendered.getSpec())
                .isEqualTo(
                        Serialization.unmarshal(Files.readString(original), CustomResourceDefinition.class).getSpec());
        assertThat(rendered.getMetadata().getAnnotations()).containsEntry("helm.sh/resource-policy", "keep");
    }

    @Test
    void byDefaultThereIsOneOperatorWithRightsInAllNamespaces() {
        List<HasMetadata> objects = Chart.render("");

        assertThat(objects).extracting(object -> object.getKind() + " " + object.getMetadata().getName())
                .containsExactlyInAnyOrder("CustomResourceDefinition persistclusters.natspersist.io",
                        "ServiceAccount persist-operator", "Deployment persist-operator",
                        "Role persist-operator-lease", "RoleBinding persist-operator-lease",
                        "ClusterRole persist-system-persist-operator",
                        "ClusterRoleBinding persist-system-persist-operator");
        assertThat(Chart.only(Deployment.class, objects).getSpec().getReplicas()).isEqualTo(1);
        assertThat(Chart.only(ClusterRoleBinding.class, objects)).satisfies(binding -> {
            assertThat(binding.getRoleRef().getName())
                    .isEqualTo(Chart.only(ClusterRole.class, objects).getMetadata().getName());
            assertThat(binding.getSubjects()).singleElement().satisfies(subject -> {
                assertThat(subject.getName())
                        .isEqualTo(Chart.only(ServiceAccount.class, objects).getMetadata().getName());
                assertThat(subject.getNamespace()).isEqualTo(Chart.NAMESPACE);
            });
        });
    }

    @Test
    void everyOptionTogetherMakesObjectsThatKubernetesKnows() {
        List<HasMetadata> objects = Chart.render(EVERYTHING);

        assertThat(objects).extracting(HasMetadata::getKind).contains("PodDisruptionBudget", "NetworkPolicy",
                "PodMonitor", "PrometheusRule", "ConfigMap");
        assertThat(objects).allSatisfy(object -> assertThat(object.getMetadata().getLabels())
                .containsEntry("app.kubernetes.io/name", "persist-operator"));
        PodSpec pod = pod(objects);
        assertThat(pod.getContainers().getFirst().getImage()).matches("localhost/persist-operator@sha256:0+7");
        assertThat(environment(objects))
                .containsEntry("PERSIST_OPERATOR_WORKER_IMAGE", "registry.example:5000/a/worker:v1")
                .containsEntry("JAVA_TOOL_OPTIONS", "-XX:MaxRAMPercentage=50");
        assertThat(pod.getPriorityClassName()).isEqualTo("high");
        assertThat(pod.getTopologySpreadConstraints()).singleElement()
                .satisfies(spread -> assertThat(spread.getTopologyKey()).isEqualTo("zone"));
        assertThat(pod.getImagePullSecrets()).singleElement()
                .satisfies(secret -> assertThat(secret.getName()).isEqualTo("pull"));
    }

    @Test
    void theOperatorsPodIsAsTheRestrictedStandardWants() {
        PodSpec pod = pod(Chart.render(""));
        Container container = pod.getContainers().getFirst();
        SecurityContext context = container.getSecurityContext();

        assertThat(pod.getSecurityContext().getRunAsNonRoot()).isTrue();
        assertThat(pod.getSecurityContext().getSeccompProfile().getType()).isEqualTo("RuntimeDefault");
        assertThat(context.getAllowPrivilegeEscalation()).isFalse();
        assertThat(context.getCapabilities().getDrop()).containsExactly("ALL");
        assertThat(context.getReadOnlyRootFilesystem()).isTrue();
        assertThat(container.getVolumeMounts()).singleElement()
                .satisfies(mount -> assertThat(mount.getMountPath()).isEqualTo("/tmp"));
        assertThat(container.getResources().getLimits()).containsKey("memory");
    }

    /** A setting that there is not stops the operator. */
    @Test
    void theOperatorIsToldOnlyWhatItCanBeTold() {
        Set<String> settings = Stream.of(OperatorSetting.values(), SharedVariable.values()).flatMap(Stream::of)
                .map(Setting::variable).collect(Collectors.toSet());
        List<String> told = pod(Chart.render("namespaces: [one]")).getContainers().getFirst().getEnv().stream()
                .map(EnvVar::getName).toList();

        assertThat(settings).containsAll(told);
        assertThat(told).contains(Stream.of(OperatorSetting.values()).map(Setting::variable).toArray(String[]::new));
    }

    @Test
    void rightsAreHeldToTheNamespacesThatAreWatched() {
        List<HasMetadata> objects = Chart.render("namespaces: [one, two]");

        assertThat(Chart.all(ClusterRole.class, objects)).isEmpty();
        assertThat(Chart.all(ClusterRoleBinding.class, objects)).isEmpty();
        assertThat(Chart.all(Role.class, objects)).extracting(role -> role.getMetadata().getNamespace())
                .containsExactlyInAnyOrder(Chart.NAMESPACE, "one", "two");
        assertThat(Chart.all(RoleBinding.class, objects))
                .allSatisfy(binding -> assertThat(binding.getSubjects().getFirst().getNamespace())
                        .isEqualTo(Chart.NAMESPACE));
        assertThat(environment(objects)).containsEntry("PERSIST_OPERATOR_NAMESPACES", "one,two");
    }

    @Test
    void noRightIsForEverythingOrAllowsMoreRights() {
        List<PolicyRule> rules = Chart.only(ClusterRole.class, Chart.render("")).getRules();

        assertThat(rules).isNotEmpty().allSatisfy(rule -> {
            assertThat(rule.getVerbs()).doesNotContain("*", "deletecollection", "impersonate", "escalate", "bind");
            assertThat(rule.getResources()).isNotEmpty().doesNotContain("*", "roles", "clusterroles", "rolebindings",
                    "pods/exec", "serviceaccounts/token", "nodes");
            assertThat(rule.getApiGroups()).doesNotContain("*");
        });
        assertThat(rules).filteredOn(rule -> rule.getResources().contains("secrets"))
                .allSatisfy(rule -> assertThat(rule.getVerbs()).containsExactly("get"));
    }

    @Test
    void severalOperatorsAreEvictedOneAtATimeAndSpread() {
        List<HasMetadata> objects = Chart.render("replicas: 2");

        assertThat(Chart.only(Deployment.class, objects).getSpec().getReplicas()).isEqualTo(2);
        assertThat(Chart.only(PodDisruptionBudget.class, objects).getSpec().getMaxUnavailable().getIntVal()).isOne();
        assertThat(Chart.only(PodDisruptionBudget.class, objects).getSpec().getSelector().getMatchLabels()).isEqualTo(
                Chart.only(Deployment.class, objects).getSpec().getSelector().getMatchLabels());
        assertThat(pod(objects).getTopologySpreadConstraints().getFirst().getTopologyKey())
                .isEqualTo("kubernetes.io/hostname");
    }

    @Test
    void prometheusFindsTheOperatorAndTheWorkersOfWatchedNamespaces() {
        List<PodMonitor> monitors = Chart.all(PodMonitor.class,
                Chart.render("{podMonitor: {create: true}, namespaces: [one]}"));

        assertThat(monitors).hasSize(2).allSatisfy(monitor -> assertThat(monitor.getSpec().getPodMetricsEndpoints())
                .singleElement().satisfies(endpoint -> assertThat(endpoint.getPort()).isEqualTo("metrics")));
        assertThat(monitors).filteredOn(monitor -> monitor.getMetadata().getName().endsWith("-workers")).singleElement()
                .satisfies(monitor -> {
                    assertThat(monitor.getSpec().getNamespaceSelector().getMatchNames()).containsExactly("one");
                    assertThat(monitor.getSpec().getSelector().getMatchLabels())
                            .containsEntry("app.kubernetes.io/component", "worker");
                });
    }

    @Test
    void aNetworkPolicyLeavesNatsAndTheApiServer() {
        NetworkPolicy policy = Chart.only(NetworkPolicy.class,
                Chart.render("networkPolicy: {create: true, natsPorts: [4222, 443]}"));

        assertThat(policy.getSpec().getEgress()).singleElement().satisfies(rule -> assertThat(rule.getPorts())
                .extracting(port -> port.getPort().getValue().toString())
                .containsExactly("53", "53", "443", "6443", "4222"));
        assertThat(policy.getSpec().getIngress()).singleElement()
                .satisfies(rule -> assertThat(rule.getFrom()).isNullOrEmpty());
    }

    @Test
    void theNotesShowAPersistClusterThatExists(@TempDir Path scratch) throws IOException {
        String notes = Chart.notes(scratch, "");
        String manifest = notes.substring(notes.indexOf("<<END") + "<<END".length(), notes.lastIndexOf("  END"));
        PersistCluster shown = Serialization.unmarshal(manifest.stripIndent(), PersistCluster.class);

        assertThat(shown.getApiVersion()).isEqualTo(new PersistCluster().getApiVersion());
        assertThat(shown.getSpec().nats().url()).isEqualTo("nats://nats:4222");
        assertThat(shown.getSpec().storage().claim()).isNotNull();
        assertThat(notes)
                .contains("is installed as persist-operator in " + Chart.NAMESPACE + ".\n", "in all namespaces.",
                        "load it on every node", "rollout status deployment/persist-operator",
                        "apply --namespace default -f -",
                        "kubectl get " + HasMetadata.getPlural(PersistCluster.class))
                .doesNotContain("{{", "<no value>", "%!");
    }

    @Test
    void theNotesSayWhatWasAskedFor(@TempDir Path scratch) throws IOException {
        assertThat(Chart.notes(scratch,
                "{replicas: 2, namespaces: [one, two], workerImage: {repository: registry.example/worker}}"))
                .contains("2 at once, of which one acts.\n", "PersistClusters in one, two.",
                        "apply --namespace one -f -")
                .doesNotContain("load it on every node");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            replicas: 7                                | /replicas               | maximum
            replicas: two                              | /replicas               | want integer
            replica: 2                                 | 'replica'               | not allowed
            image: {tag: 'a b'}                        | /image/tag              | pattern
            image: {repository: ''}                    | /image/repository       | minLength
            image: {digest: 'sha256:12'}               | /image/digest           | pattern
            image: {pullPolicy: Sometimes}             | /image/pullPolicy       | 'IfNotPresent'
            namespaces: [Default]                 | /namespaces/0      | pattern
            namespaces: one                       | /namespaces        | want array
            logLevel: LOUD                             | /logLevel               | 'DEBUG'
            networkPolicy: {natsPorts: [0]}            | /networkPolicy/natsPorts/0 | minimum
            podMonitor: {interval: often}              | /podMonitor/interval    | pattern
            serviceAccount: {nmae: x}                  | 'nmae'                  | not allowed
            """)
    void whatMakesNoSenseIsRefusedAndSaidWhere(String values, String where, String what) {
        assertThatThrownBy(() -> Chart.render(values)).hasMessageContaining(where.replace("'", ""))
                .hasMessageContaining(what.replace("'", ""));
    }

    private static PodSpec pod(List<HasMetadata> objects) {
        return Chart.only(Deployment.class, objects).getSpec().getTemplate().getSpec();
    }

    private static Map<String, String> environment(List<HasMetadata> objects) {
        return pod(objects).getContainers().getFirst().getEnv().stream().filter(variable -> variable.getValue() != null)
                .collect(Collectors.toMap(EnvVar::getName, EnvVar::getValue));
    }
}
