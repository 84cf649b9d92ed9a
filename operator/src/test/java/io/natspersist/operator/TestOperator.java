// SPDX-License-Identifier: Apache-2.0
package io.natspersist.operator;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.http.BasicBuilder;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.Interceptor;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** An operator in this JVM, for the PersistClusters of one namespace, whose writes are recorded. */
final class TestOperator implements AutoCloseable {

    static final String IMAGE = "localhost/persist-worker:test";
    private static final AtomicInteger COUNT = new AtomicInteger();

    private final String identity = "operator-" + COUNT.incrementAndGet();
    private final List<String> writes = new CopyOnWriteArrayList<>();
    private final KubernetesClient client;
    private final PersistOperator operator;

    TestOperator(String namespace) {
        client = new KubernetesClientBuilder().withConfig(Kubernetes.shared().client().getConfiguration())
                .withHttpClientBuilderConsumer(http -> http.addOrReplaceInterceptor("writes", new Interceptor() {
                    @Override
                    public void before(BasicBuilder builder, HttpRequest request, RequestTags tags) {
                        String path = request.uri().getPath();
                        if (!request.method().equals("GET") && !path.contains("/leases") && !path.contains("/self")) {
                            writes.add(request.method() + " " + path);
                        }
                    }
                })).build();
        operator = new PersistOperator(client, InstantSource.system(), new PersistOperator.Options(Set.of(namespace),
                IMAGE, identity, namespace, () -> {}));
        operator.start();
    }

    String identity() {
        return identity;
    }

    /** What it has asked the API server to change, but for its lease; asking what it may do changes nothing. */
    List<String> writes() {
        return writes;
    }

    int coordinated() {
        return operator.coordinated();
    }

    @Override
    public void close() {
        operator.close();
        client.close();
    }
}
