// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker.stream;

import io.natspersist.protocol.BadMessage;
import io.natspersist.protocol.Json;
import io.natspersist.protocol.StreamConfig;
import io.natspersist.protocol.StreamName;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** What streams are configured to where they say nothing themselves, by their names' first tokens. */
public final class StreamDefaults {

    public static final StreamDefaults NONE = new StreamDefaults(List.of());

    /**
     * @param prefix whole tokens, such as {@code projects.42}; empty: all streams
     * @param config for the stream of that name and all below it
     */
    public record Rule(String prefix, StreamConfig config) {
        boolean matches(String name) {
            return prefix.isEmpty() || name.equals(prefix) || name.startsWith(prefix + ".");
        }
    }

    /** Longest prefix first. */
    private final List<Rule> rules;

    public StreamDefaults(List<Rule> rules) {
        this.rules = new ArrayList<>(rules);
        this.rules.sort(Comparator.comparingInt((Rule rule) -> rule.prefix.length()).reversed());
    }

    /**
     * Reads a list of rules: {@code [{"prefix":"terminals","config":{"maxAge":3600000}}]}.
     *
     * @throws BadMessage naming the field that is wrong
     */
    public static StreamDefaults read(byte[] json) {
        return new StreamDefaults(List.of(Json.readKnown(json, Rule[].class)));
    }

    /** Whether any streams are to be so durable. */
    public boolean has(StreamConfig.Durability durability) {
        return rules.stream().anyMatch(rule -> rule.config.durability() == durability);
    }

    /** The rule with the longest prefix decides, alone. */
    StreamConfig of(StreamName stream) {
        return rules.stream().filter(rule -> rule.matches(stream.value())).findFirst().map(Rule::config)
                .orElse(StreamConfig.NONE);
    }
}
