// SPDX-License-Identifier: Apache-2.0
package io.natspersist.operator.crd;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.crdv2.generator.CRDGenerator;
import io.fabric8.crdv2.generator.CRDPostProcessor;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinitionVersion;
import io.fabric8.kubernetes.api.model.apiextensions.v1.JSONSchemaProps;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.natspersist.operator.Kubernetes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The CRD is what the records say: with -Dcrd.write=true it is written, else compared. */
class GeneratedCrdTest {

    private static final String NAME = "persistclusters.natspersist.io";
    private static final String FIRST_LINE = "# Generated: mvn -pl operator -am test -Dtest=GeneratedCrdTest"
            + " -Dcrd.write=true writes it anew.\n# SPDX-License-Identifier: Apache-2.0\n";

    private static final List<String> COLUMNS = List.of("Workers", "Ready", "Streams", "Phase", "Age");

    /** Types of Kubernetes itself: kubectl explain pod.spec tells what is in them. */
    private static final Set<String> OF_PODS = Set.of(".spec.workers.affinity", ".spec.workers.tolerations",
            ".spec.workers.topologySpreadConstraints");

    @Test
    void theCommittedOneIsTheGeneratedOne(@TempDir Path folder) throws IOException {
        new CRDGenerator().inOutputDir(folder.toFile()).forCRDVersions("v1").customResourceClasses(PersistCluster.class)
                .withPostProcessor(new CRDPostProcessor() {
                    @Override
                    public HasMetadata process(HasMetadata crd, String version) {
                        return complete((CustomResourceDefinition) crd);
                    }
                }).generate();
        String body = Files.readString(folder.resolve(NAME + "-v1.yml"));
        String generated = FIRST_LINE + body.substring(body.indexOf("apiVersion:"));
        if (Boolean.getBoolean("crd.write")) {
            Files.writeString(file(), generated);
        }
        assertThat(file()).content().isEqualTo(generated);
    }

    /** What the generator cannot be told: the columns' order, and that there is one condition of each type. */
    private static CustomResourceDefinition complete(CustomResourceDefinition crd) {
        CustomResourceDefinitionVersion version = crd.getSpec().getVersions().getFirst();
        version.getAdditionalPrinterColumns().sort(Comparator.comparing(column -> COLUMNS.indexOf(column.getName())));
        JSONSchemaProps conditions = version.getSchema().getOpenAPIV3Schema().getProperties().get("status")
                .getProperties().get("conditions");
        conditions.setXKubernetesListType("map");
        conditions.setXKubernetesListMapKeys(List.of("type"));
        conditions.getItems().getSchema().setRequired(List.of("type", "status", "reason"));
        return crd;
    }

    @Test
    void everyFieldIsDescribed() throws IOException {
        List<String> silent = new ArrayList<>();
        JSONSchemaProps schema = version().getSchema().getOpenAPIV3Schema();
        Map.of(".spec", schema.getProperties().get("spec"), ".status", schema.getProperties().get("status"))
                .forEach((path, top) -> collectSilent(path, top, silent));

        assertThat(silent).isEmpty();
    }

    private static void collectSilent(String path, JSONSchemaProps schema, List<String> silent) {
        if (OF_PODS.contains(path)) {
            return;
        }
        schema.getProperties().forEach((name, field) -> {
            String here = path + "." + name;
            if (field.getDescription() == null || field.getDescription().isBlank()) {
                silent.add(here);
            }
            collectSilent(here, field.getItems() == null ? field : field.getItems().getSchema(), silent);
        });
    }

    @Test
    void listsScalesAndReportsAsPeopleExpect() throws IOException {
        CustomResourceDefinitionVersion version = version();

        assertThat(version.getAdditionalPrinterColumns()).extracting(column -> column.getName() + column.getJsonPath())
                .containsExactly("Workers.spec.workers.replicas", "Ready.status.readyReplicas",
                        "Streams.status.openStreams", "Phase.status.phase", "Age.metadata.creationTimestamp");
        assertThat(version.getSubresources().getStatus()).isNotNull();
        assertThat(version.getSubresources().getScale().getSpecReplicasPath()).isEqualTo(".spec.workers.replicas");
        assertThat(version.getSubresources().getScale().getStatusReplicasPath()).isEqualTo(".status.replicas");
        assertThat(version.getSubresources().getScale().getLabelSelectorPath()).isEqualTo(".status.selector");
        assertThat(crd().getSpec().getNames().getShortNames()).containsExactly("persist");
        assertThat(crd().getSpec().getNames().getCategories()).containsExactly("natspersist");
        assertThat(crd().getSpec().getScope()).isEqualTo("Namespaced");
    }

    @Test
    void defaultsInTheSchemaAreThoseOfTheRecords() throws IOException {
        JSONSchemaProps spec = version().getSchema().getOpenAPIV3Schema().getProperties().get("spec");
        PersistClusterSpec minimal = Serialization.unmarshal("nats: {url: 'nats://n'}\nstorage: {existingClaim: c}\n",
                PersistClusterSpec.class);
        Map<?, ?> written = Serialization.unmarshal(Serialization.asYaml(minimal), Map.class);
        List<String> different = new ArrayList<>();
        compareDefaults("", spec, written, different);

        assertThat(different).isEmpty();
    }

    private static void compareDefaults(String path, JSONSchemaProps schema, Map<?, ?> written,
            List<String> different) {
        schema.getProperties().forEach((name, field) -> {
            Object value = written.get(name);
            if (value instanceof Map<?, ?> object) {
                compareDefaults(path + "." + name, field, object, different);
            } else if (field.getDefault() != null && !text(field.getDefault()).equals(Objects.toString(value, ""))) {
                different.add(path + "." + name + ": " + field.getDefault() + ", the record has " + value);
            }
        });
    }

    private static String text(JsonNode node) {
        return node.isValueNode() ? node.asText() : node.toString();
    }

    private static CustomResourceDefinition crd() throws IOException {
        return Serialization.unmarshal(Files.readString(file()), CustomResourceDefinition.class);
    }

    private static CustomResourceDefinitionVersion version() throws IOException {
        return crd().getSpec().getVersions().getFirst();
    }

    private static Path file() {
        return Kubernetes.root().resolve("crds").resolve(NAME + ".yaml");
    }
}
