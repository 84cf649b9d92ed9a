// SPDX-License-Identifier: Apache-2.0
package io.natspersist.operator;

import io.natspersist.operator.crd.PersistCluster;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** Clusters that would answer on the same subjects. */
final class Rivals {

    private Rivals() {}

    /** The one made before {@code cluster} that has its prefix at its NATS, as far as URLs tell; that one keeps the subjects. */
    static Optional<PersistCluster> earlier(PersistCluster cluster, Stream<PersistCluster> all) {
        return all.filter(other -> !other.getMetadata().getUid().equals(cluster.getMetadata().getUid()))
                .filter(other -> other.prefix().equals(cluster.prefix()) && sameNats(other, cluster))
                .filter(other -> AGE.compare(other, cluster) < 0).min(AGE);
    }

    private static final Comparator<PersistCluster> AGE = Comparator
            .comparing((PersistCluster cluster) -> cluster.getMetadata().getCreationTimestamp())
            .thenComparing(cluster -> cluster.getMetadata().getUid());

    private static boolean sameNats(PersistCluster a, PersistCluster b) {
        Set<String> shared = new HashSet<>(servers(a));
        shared.retainAll(servers(b));
        return !shared.isEmpty();
    }

    /** A name that a pod resolves in its own namespace is another server's in another. */
    private static Set<String> servers(PersistCluster cluster) {
        String namespace = cluster.getMetadata().getNamespace();
        if (cluster.getSpec().nats().urlSecret() != null) {
            return Set.of(namespace + " " + cluster.getSpec().nats().urlSecret());
        }
        Set<String> all = new HashSet<>();
        Arrays.stream(String.valueOf(cluster.getSpec().nats().url()).split(",")).forEach(url -> {
            String host = url.replaceFirst("^\\w+://", "");
            all.add(host.contains(".") ? host : namespace + " " + host);
        });
        return all;
    }
}
