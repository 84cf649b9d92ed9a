// SPDX-License-Identifier: Apache-2.0
package io.natspersist.operator;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.natspersist.operator.crd.NatsSpec;
import io.natspersist.operator.crd.PersistCluster;
import io.natspersist.operator.crd.PersistClusterSpec;
import io.natspersist.operator.crd.SecretKey;
import io.natspersist.operator.crd.StorageSpec;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RivalsTest {

    @ParameterizedTest(name = "{0} beside {1} is taken: {2}")
    @CsvSource(textBlock = """
            # namespace name age url prefix,  the same of another,                 taken
            a main 2 nats://n.example -,      b main 1 nats://n.example -,         true
            a main 1 nats://n.example -,      b main 2 nats://n.example -,         false
            a main 1 nats://n.example -,      b main 1 nats://n.example -,         false
            b main 1 nats://n.example -,      a main 1 nats://n.example -,         true
            a main 2 nats://n.example p,      b main 1 nats://n.example -,         false
            a main 2 nats://n.example p.q,    b other 1 tls://n.example p.q,       true
            a main 2 nats://n.example -,      b main 1 nats://m.example -,         false
            a main 2 nats://m.e;nats://n.e -, b main 1 nats://n.e;nats://l.e -,    true
            a main 2 nats://nats:4222 -,      b main 1 nats://nats:4222 -,         false
            a one 2 nats://nats:4222 p,       a two 1 nats://nats:4222 p,          true
            a one 2 secret p,                 a two 1 secret p,                    true
            a one 2 secret p,                 b two 1 secret p,                    false
            """)
    void theOlderOfTwoWithOnePrefixAtOneNatsKeepsIt(String one, String other, boolean taken) {
        PersistCluster cluster = cluster(one);

        assertThat(Rivals.earlier(cluster, Stream.of(cluster, cluster(other))).isPresent()).isEqualTo(taken);
    }

    private static PersistCluster cluster(String words) {
        String[] word = words.split(" ");
        PersistCluster cluster = new PersistCluster();
        cluster.setMetadata(new ObjectMetaBuilder().withNamespace(word[0]).withName(word[1]).withUid(word[0] + word[1])
                .withCreationTimestamp("2026-01-01T00:00:0" + word[2] + "Z").build());
        cluster.setSpec(new PersistClusterSpec(nats(word[3].replace(';', ','), word[4].equals("-") ? null : word[4]),
                new StorageSpec("c", null, null, null, null), null, null, null, null, null, null));
        return cluster;
    }

    private static NatsSpec nats(String url, @Nullable String prefix) {
        return url.equals("secret")
                ? new NatsSpec(null, new SecretKey("nats", "url"), null, null, prefix)
                : new NatsSpec(url, null, null, null, prefix);
    }
}
