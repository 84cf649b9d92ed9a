// SPDX-License-Identifier: Apache-2.0
package io.natspersist.operator;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.natspersist.coordinator.TableStore;
import io.natspersist.protocol.table.AssignmentTable;
import java.io.IOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Keeps a table in a ConfigMap, which is written only as the version of it that was read: of two coordinators at once one finds
 * that out. What a person has spoilt there is put right from the table that this coordinator has stored or loaded last: damage,
 * an older table, a table that was deleted. A newer table is another coordinator's, and is left alone. Not thread-safe, but for
 * {@link #problem()}.
 */
final class ConfigMapTableStore implements TableStore {

    private final KubernetesClient client;
    private final ObjectMeta metadata;
    private @Nullable AssignmentTable last;
    private volatile @Nullable String problem;

    /** @param metadata of the ConfigMap, when it is made */
    ConfigMapTableStore(KubernetesClient client, ObjectMeta metadata) {
        this.client = client;
        this.metadata = metadata;
    }

    /** Why the last call failed; null: it did not. From any thread. */
    @Nullable
    String problem() {
        return problem;
    }

    @Override
    public Optional<AssignmentTable> load() throws IOException {
        return attempt(() -> {
            ConfigMap found = found();
            if (found == null) {
                return Optional.empty();
            }
            AssignmentTable known = last;
            TableText text = TableText.in(found);
            if (known != null && text.isSpoilt(known)) {
                replace(found, known);
                return Optional.of(known);
            }
            last = text.table();
            return Optional.of(text.table());
        });
    }

    @Override
    public Outcome store(AssignmentTable next, long expectedVersion) throws IOException {
        return attempt(() -> {
            ConfigMap found = found();
            if (found == null) {
                if (expectedVersion > 0) {
                    return new Outcome.Conflict(0);
                }
                client.resource(TableText.of(next).into(new ConfigMapBuilder().withMetadata(metadata).build()))
                        .create();
            } else {
                AssignmentTable known = last;
                TableText text = TableText.in(found);
                boolean spoilt = known != null && known.version() == expectedVersion && text.isSpoilt(known);
                if (!spoilt && text.table().version() != expectedVersion) {
                    return new Outcome.Conflict(text.table().version());
                }
                replace(found, next);
            }
            last = next;
            return new Outcome.Stored();
        });
    }

    /**
     * Looks whether somebody has deleted or spoilt the table, and puts it back.
     *
     * @return whether that was so
     */
    boolean repair() throws IOException {
        return attempt(() -> {
            AssignmentTable known = last;
            if (known == null) {
                return false;
            }
            ConfigMap found = found();
            if (found == null) {
                client.resource(TableText.of(known).into(new ConfigMapBuilder().withMetadata(metadata).build()))
                        .create();
                return true;
            }
            if (TableText.in(found).isSpoilt(known)) {
                replace(found, known);
                return true;
            }
            return false;
        });
    }

    private @Nullable ConfigMap found() {
        return client.configMaps().inNamespace(metadata.getNamespace()).withName(metadata.getName()).get();
    }

    /** Fails where somebody has written it since it was read. */
    private void replace(ConfigMap read, AssignmentTable next) {
        client.resource(TableText.of(next).into(read)).lockResourceVersion(read.getMetadata().getResourceVersion())
                .update();
    }

    private interface Work<T> {
        T run() throws IOException;
    }

    private <T> T attempt(Work<T> work) throws IOException {
        try {
            T result = work.run();
            problem = null;
            return result;
        } catch (KubernetesClientException e) {
            String why = "the ConfigMap " + metadata.getName() + ": " + e.getMessage();
            problem = why;
            throw new IOException(why, e);
        } catch (IOException e) {
            problem = String.valueOf(e.getMessage());
            throw e;
        }
    }
}
