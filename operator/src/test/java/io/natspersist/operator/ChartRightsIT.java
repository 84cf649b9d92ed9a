// SPDX-License-Identifier: Apache-2.0
package io.natspersist.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.authentication.TokenRequestBuilder;
import io.fabric8.kubernetes.api.model.rbac.PolicyRule;
import io.fabric8.kubernetes.api.model.rbac.Role;
import io.fabric8.kubernetes.api.model.rbac.RoleBinding;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.natspersist.operator.OperatorRequests.Right;
import io.natspersist.operator.crd.ClusterCondition;
import io.natspersist.operator.crd.PersistCluster;
import io.natspersist.operator.crd.Reason;
import io.natspersist.transport.nats.NatsServer;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** The rights that the chart gives, on a real API server, where an operator has lived with them from first apply to last delete. */
@Tag("kubernetes")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ChartRightsIT {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration SOON = Duration.ofSeconds(10);
    private static final Duration POLL = Duration.ofMillis(20);

    /**
     * Asked for only with an admission plugin, and to try again where somebody else wrote a PersistCluster at the same moment.
     */
    private static final Set<Right> NOT_SEEN = Set.of(
            new Right("update", "natspersist.io", "persistclusters/finalizers"),
            new Right("get", "natspersist.io", "persistclusters"));

    private final KubernetesClient admin = Kubernetes.shared().client();
    private final String namespace = Kubernetes.shared().namespace();
    private final List<HasMetadata> chart = Chart.render(namespace, "namespaces: [" + namespace + "]");
    private final OperatorRequests requests = new OperatorRequests();
    private KubernetesClient client;

    @BeforeAll
    void live() {
        Chart.all(ServiceAccount.class, chart).forEach(this::install);
        Chart.all(Role.class, chart).forEach(this::install);
        Chart.all(RoleBinding.class, chart).forEach(this::install);
        client = operatorsOwn(Chart.only(ServiceAccount.class, chart));
        try (NatsServer nats = NatsServer.start();
                PersistOperator operator = new PersistOperator(client, InstantSource.system(),
                        new PersistOperator.Options(Set.of(namespace), "localhost/persist-worker:test", "it", namespace,
                                () -> {}))) {
            assertThatThrownBy(() -> client.nodes().list()).isInstanceOf(KubernetesClientException.class)
                    .hasMessageContaining("system:serviceaccount:" + namespace);
            requests.forgetRefusals();
            operator.start();
            live(nats);
        }
    }

    @AfterAll
    void remove() {
        client.close();
        Kubernetes.shared().remove(namespace);
    }

    @Test
    void theOperatorUsesEveryRightThatTheChartGivesAndNeedsNoOther() {
        Set<Right> given = new TreeSet<>();
        Chart.all(Role.class, chart).forEach(role -> role.getRules().forEach(rule -> given.addAll(rights(rule))));
        given.removeAll(NOT_SEEN);
        assertThat(requests.refused()).isEmpty();
        assertThat(requests.used()).containsExactlyInAnyOrderElementsOf(given);
    }

    /** Each right in turn: what the operator did with it is refused without it, and with all others. */
    @Test
    void withoutAnyOneOfThemSomethingThatItDoesIsRefused() {
        for (Role role : Chart.all(Role.class, chart)) {
            for (Right right : requests.used()) {
                Role less = without(right, role);
                if (!less.equals(role)) {
                    assertThat(isRefused(right)).as("with " + right).isFalse();
                    update(less);
                    await("without " + right).atMost(SOON).pollInterval(POLL).until(() -> isRefused(right));
                    update(role);
                    await("again with " + right).atMost(SOON).pollInterval(POLL).until(() -> !isRefused(right));
                }
            }
        }
    }

    private boolean isRefused(Right right) {
        return requests.isRefused(right, client.getHttpClient());
    }

    private void update(Role role) {
        admin.resource(role).inNamespace(namespace).update();
    }

    /** The same rights but for one. */
    private static Role without(Right right, Role role) {
        if (role.getRules().stream().noneMatch(rule -> rights(rule).contains(right))) {
            return role;
        }
        List<PolicyRule> rules = role.getRules().stream().flatMap(ChartRightsIT::byResource)
                .map(rule -> rights(rule).contains(right)
                        ? rule.edit().removeFromVerbs(right.verb()).build()
                        : rule)
                .filter(rule -> !rule.getVerbs().isEmpty()).toList();
        return role.edit().withRules(rules).build();
    }

    private static Stream<PolicyRule> byResource(PolicyRule rule) {
        return rule.getResources().stream().map(resource -> rule.edit().withResources(resource).build());
    }

    /** From the first apply to the last delete. */
    private void live(NatsServer nats) {
        install(cluster("main", "nats: {urlSecret: {name: nats, key: url}}", "existingClaim: shared"));
        install(cluster("other", "nats: {url: \"" + nats.url() + "\"}", "claim: {size: 1Gi}"));
        awaitReason("main", Reason.SECRET_MISSING);
        install(new SecretBuilder().withNewMetadata().withName("nats").withNamespace(namespace).endMetadata()
                .addToStringData("url", nats.url()).build());
        awaitReason("main", Reason.TABLE_REBUILDING);
        List<String> pods = await().atMost(PATIENCE).until(() -> pods("main"), found -> found.size() == 2);
        try (BeatingWorker few = worker(nats, pods.get(0), 1); BeatingWorker many = worker(nats, pods.get(1), 900)) {
            awaitReason("main", Reason.AS_EXPECTED);
            await().atMost(PATIENCE).until(() -> few.table() > 0 && many.table() > 0);
            admin.resources(PersistCluster.class).inNamespace(namespace).withName("main").scale(1);
            await().atMost(PATIENCE).until(few::dead);
            hang(nats);
            admin.configMaps().inNamespace(namespace).withName("main-table").delete();
            await().atMost(PATIENCE)
                    .until(() -> admin.configMaps().inNamespace(namespace).withName("main-table").get() != null);
        }
        admin.resources(PersistCluster.class).inNamespace(namespace).delete();
        await().atMost(PATIENCE)
                .until(() -> admin.resources(PersistCluster.class).inNamespace(namespace).list().getItems().isEmpty());
    }

    /** Two workers of the other cluster, of which one hangs. */
    private void hang(NatsServer nats) {
        List<String> pods = await().atMost(PATIENCE).until(() -> pods("other"), found -> found.size() == 2);
        try (BeatingWorker hung = new BeatingWorker(nats.url(), "persist.other", pods.get(0), 0);
                BeatingWorker heard = new BeatingWorker(nats.url(), "persist.other", pods.get(1), 0)) {
            await().atMost(PATIENCE).until(() -> hung.table() > 0 && heard.table() > 0);
            hung.fallSilent();
            await().atMost(PATIENCE).until(() -> !pods("other").contains(pods.get(0)));
        }
    }

    private static BeatingWorker worker(NatsServer nats, String pod, int streams) {
        return new BeatingWorker(nats.url(), "persist.main", pod, streams);
    }

    private void install(HasMetadata object) {
        admin.resource(object).inNamespace(namespace).create();
    }

    private PersistCluster cluster(String name, String nats, String storage) {
        return admin.getKubernetesSerialization().unmarshal("""
                apiVersion: natspersist.io/v1alpha1
                kind: PersistCluster
                metadata: {name: %s}
                spec:
                  %s
                  storage: {%s}
                """.formatted(name, nats, storage), PersistCluster.class);
    }

    private List<String> pods(String cluster) {
        return admin.pods().inNamespace(namespace).withLabel("natspersist.io/cluster", cluster).list().getItems()
                .stream()
                .map(pod -> pod.getMetadata().getName()).toList();
    }

    private void awaitReason(String cluster, Reason reason) {
        await(reason.name()).atMost(PATIENCE).until(() -> {
            PersistCluster now = admin.resources(PersistCluster.class).inNamespace(namespace).withName(cluster)
                    .require();
            return now.getStatus() != null && now.getStatus().conditions().stream().anyMatch(
                    c -> c.type() == ClusterCondition.Type.COORDINATED && c.reason() == reason);
        });
    }

    private KubernetesClient operatorsOwn(ServiceAccount account) {
        String token = admin.serviceAccounts().inNamespace(namespace).withName(account.getMetadata().getName())
                .tokenRequest(new TokenRequestBuilder().withNewSpec().endSpec().build()).getStatus().getToken();
        return new KubernetesClientBuilder()
                .withConfig(new ConfigBuilder(admin.getConfiguration()).withOauthToken(token).build())
                .withHttpClientBuilderConsumer(http -> http.addOrReplaceInterceptor("requests", requests)).build();
    }

    private static Set<Right> rights(PolicyRule rule) {
        return rule.getApiGroups().stream().flatMap(group -> rule.getResources().stream()
                .flatMap(resource -> rule.getVerbs().stream().map(verb -> new Right(verb, group, resource))))
                .collect(Collectors.toSet());
    }
}
