// SPDX-License-Identifier: Apache-2.0
package io.natspersist.operator;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.introspect.Annotated;
import com.fasterxml.jackson.databind.introspect.JacksonAnnotationIntrospector;
import com.marcnuri.helm.Helm;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.kubernetes.api.model.rbac.ClusterRole;
import io.fabric8.kubernetes.api.model.rbac.ClusterRoleBinding;
import io.fabric8.kubernetes.api.model.rbac.Role;
import io.fabric8.kubernetes.api.model.rbac.RoleBinding;
import io.fabric8.openshift.api.model.monitoring.v1.PodMonitor;
import io.fabric8.openshift.api.model.monitoring.v1.PrometheusRule;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** The chart, as Helm renders it. */
final class Chart {

    static final Path FOLDER = Kubernetes.root().resolve("charts/persist-operator");
    static final String NAMESPACE = "persist-system";

    private static final Map<String, Class<? extends HasMetadata>> KINDS = Stream
            .of(ConfigMap.class, ServiceAccount.class, CustomResourceDefinition.class, Deployment.class,
                    NetworkPolicy.class, PodDisruptionBudget.class, ClusterRole.class, ClusterRoleBinding.class,
                    Role.class,
                    RoleBinding.class, PodMonitor.class, PrometheusRule.class)
            .collect(Collectors.toMap(kind -> HasMetadata.getApiVersion(kind) + " " + HasMetadata.getKind(kind),
                    Function.identity()));

    /** Refuses fields that a kind does not have; the models' own reader keeps them. */
    private static final ObjectMapper STRICT = new ObjectMapper()
            .setAnnotationIntrospector(new JacksonAnnotationIntrospector() {
                private static final long serialVersionUID = 1;

                @Override
                public Boolean hasAnySetter(Annotated annotated) {
                    return false;
                }
            });

    private Chart() {}

    static List<HasMetadata> render(String values) {
        return render(NAMESPACE, values);
    }

    /**
     * Every object of a release {@code persist}, in Helm's order.
     *
     * @param values YAML, in place of the chart's own; empty: none
     */
    static List<HasMetadata> render(String namespace, String values) {
        return StreamSupport.stream(load(text(namespace, values)).spliterator(), false)
                .filter(document -> document != null).map(document -> read((Map<?, ?>) document)).toList();
    }

    static <T extends HasMetadata> T only(Class<T> kind, List<HasMetadata> objects) {
        List<T> found = all(kind, objects);
        if (found.size() != 1) {
            throw new AssertionError("not one " + kind.getSimpleName() + ": " + found);
        }
        return found.getFirst();
    }

    static <T extends HasMetadata> List<T> all(Class<T> kind, List<HasMetadata> objects) {
        return objects.stream().filter(kind::isInstance).map(kind::cast).toList();
    }

    /** What somebody reads who has installed it. Without a cluster Helm takes itself for an old one, which the chart would refuse. */
    static String notes(Path scratch, String values) throws IOException {
        try (Stream<Path> files = Files.walk(FOLDER)) {
            for (Path file : (Iterable<Path>) files::iterator) {
                Files.copy(file, scratch.resolve(FOLDER.relativize(file).toString()),
                        StandardCopyOption.REPLACE_EXISTING);
            }
        }
        Path chart = scratch.resolve("Chart.yaml");
        Files.writeString(chart, Files.readString(chart).replaceAll("(?m)^kubeVersion:.*$", ""));
        return withValues(values, file -> new Helm(scratch).install().withName("persist").withNamespace(NAMESPACE)
                .clientOnly().dryRun().withValuesFile(file).call().getOutput());
    }

    private static String text(String namespace, String values) {
        return withValues(values, file -> new Helm(FOLDER).template().withName("persist").withNamespace(namespace)
                .withKubeVersion("1.35.0").withValuesFile(file).call());
    }

    private static String withValues(String values, Function<Path, String> call) {
        Path file = null;
        try {
            file = Files.createTempFile("values", ".yaml");
            Files.writeString(file, values);
            return call.apply(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            delete(file);
        }
    }

    private static void delete(Path file) {
        try {
            if (file != null) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Iterable<Object> load(String yaml) {
        return new Load(LoadSettings.builder().setAllowDuplicateKeys(false).build()).loadAllFromString(yaml);
    }

    private static HasMetadata read(Map<?, ?> document) {
        String name = document.get("apiVersion") + " " + document.get("kind");
        Class<? extends HasMetadata> kind = KINDS.get(name);
        if (kind == null) {
            throw new AssertionError("an object of a kind that is not expected: " + name);
        }
        try {
            return STRICT.readValue(STRICT.writeValueAsString(document), kind);
        } catch (JsonProcessingException e) {
            throw new AssertionError(name + ": " + e.getMessage(), e);
        }
    }
}
