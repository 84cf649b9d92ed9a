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
import io.fabric8.kubernetes.client.http.AsyncBody;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.HttpResponse;
import io.fabric8.kubernetes.client.http.Interceptor;
import io.natspersist.operator.crd.ClusterCondition;
import io.natspersist.operator.crd.PersistCluster;
import io.natspersist.operator.crd.Reason;
import io.natspersist.transport.nats.NatsServer;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The rights that the chart gives, on a real API server: the operator uses every one of them in the life of two clusters. */
@Tag("kubernetes")
class ChartRightsIT {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Pattern PATH = Pattern
            .compile("/(?:api|apis/([^/]+))/v\\w+/namespaces/[^/]+/(\\w+)(?:/([^/]+)(?:/(\\w+))?)?");

    /**
     * Asked for only with an admission plugin, and to try again where somebody else wrote a PersistCluster at the same moment.
     */
    private static final Set<String> NOT_SEEN = Set.of("update natspersist.io/persistclusters/finalizers",
            "get natspersist.io/persistclusters");

    private final KubernetesClient admin = Kubernetes.shared().client();
    private final String namespace = Kubernetes.shared().namespace();
    private final Set<String> used = new ConcurrentSkipListSet<>();
    private final Set<String> refused = new ConcurrentSkipListSet<>();

    @Test
    void theOperatorUsesEveryRightThatTheChartGivesAndNeedsNoOther() {
        List<HasMetadata> chart = Chart.render(namespace, "namespaces: [" + namespace + "]");
        Chart.all(ServiceAccount.class, chart).forEach(this::install);
        Chart.all(Role.class, chart).forEach(this::install);
        Chart.all(RoleBinding.class, chart).forEach(this::install);

        try (NatsServer nats = NatsServer.start();
                KubernetesClient client = operatorsOwn(Chart.only(ServiceAccount.class, chart));
                PersistOperator operator = new PersistOperator(client, InstantSource.system(),
                        new PersistOperator.Options(Set.of(namespace), "localhost/persist-worker:test", "it", namespace,
                                () -> {}))) {
            assertThatThrownBy(() -> client.nodes().list()).isInstanceOf(KubernetesClientException.class)
                    .hasMessageContaining("system:serviceaccount:" + namespace);
            refused.clear();
            operator.start();
            live(nats);
        } finally {
            Kubernetes.shared().remove(namespace);
        }

        Set<String> given = new TreeSet<>();
        Chart.all(Role.class, chart).forEach(role -> role.getRules().forEach(rule -> given.addAll(words(rule))));
        given.removeAll(NOT_SEEN);
        assertThat(refused).isEmpty();
        assertThat(used).containsExactlyInAnyOrderElementsOf(given);
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
            hung.fallSilent(true);
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
                .withHttpClientBuilderConsumer(http -> http.addOrReplaceInterceptor("rights", new Interceptor() {
                    @Override
                    public void after(HttpRequest request, HttpResponse<?> response,
                            AsyncBody.Consumer<List<ByteBuffer>> consumer) {
                        record(request, response.code());
                    }
                })).build();
    }

    private void record(HttpRequest request, int code) {
        Matcher path = PATH.matcher(request.uri().getPath());
        if (code == 403) {
            refused.add(request.method() + " " + request.uri());
        } else if (path.matches()) {
            String resource = (path.group(1) == null ? "" : path.group(1) + "/") + path.group(2)
                    + (path.group(4) == null ? "" : "/" + path.group(4));
            used.add(verb(request, path.group(3) != null) + " " + resource);
            if (code == 201) {
                used.add("create " + resource); // also what was made by applying it
            }
        }
    }

    private static String verb(HttpRequest request, boolean one) {
        return switch (request.method()) {
            case "GET" ->
                one ? "get" : String.valueOf(request.uri().getQuery()).contains("watch=true") ? "watch" : "list";
            case "POST" -> "create";
            case "PUT" -> "update";
            default -> request.method().toLowerCase(Locale.ROOT);
        };
    }

    private static Set<String> words(PolicyRule rule) {
        return rule.getApiGroups().stream()
                .flatMap(group -> rule.getResources().stream().map(each -> group.isEmpty() ? each : group + "/" + each))
                .flatMap(resource -> rule.getVerbs().stream().map(verb -> verb + " " + resource))
                .collect(Collectors.toSet());
    }
}
