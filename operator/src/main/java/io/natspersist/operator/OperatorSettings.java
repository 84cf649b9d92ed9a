// SPDX-License-Identifier: Apache-2.0
package io.natspersist.operator;

import io.natspersist.metrics.Listen;
import io.natspersist.settings.SharedVariable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What the operator's process is told.
 *
 * @param namespaces none: all
 * @param metrics where metrics and health are asked; null: nowhere
 */
record OperatorSettings(String name, String leaseNamespace, Set<String> namespaces, @Nullable String workerImage,
        @Nullable Listen metrics) {

    OperatorSettings {
        namespaces = Set.copyOf(namespaces);
    }

    /** @throws IllegalArgumentException with a line for everything that is wrong */
    static OperatorSettings parse(Map<String, String> environment) {
        List<String> mistakes = new ArrayList<>();
        environment.keySet().stream().filter(name -> name.startsWith(OperatorSetting.ENVIRONMENT))
                .filter(name -> Arrays.stream(OperatorSetting.values()).noneMatch(s -> s.variable().equals(name)))
                .sorted().forEach(name -> mistakes.add("there is no " + name));
        SharedVariable.mistakes(environment).forEach(mistakes::add);
        String name = required(OperatorSetting.NAME, environment, mistakes);
        String leaseNamespace = required(OperatorSetting.LEASE_NAMESPACE, environment, mistakes);
        Listen metrics = metrics(environment, mistakes);
        if (!mistakes.isEmpty()) {
            throw new IllegalArgumentException("the operator cannot start:\n  " + String.join("\n  ", mistakes));
        }
        String image = value(OperatorSetting.WORKER_IMAGE, environment);
        return new OperatorSettings(name, leaseNamespace,
                Stream.of(value(OperatorSetting.NAMESPACES, environment).split(",")).map(String::strip)
                        .filter(each -> !each.isEmpty()).collect(Collectors.toSet()),
                image.isEmpty() ? null : image, metrics);
    }

    private static String required(OperatorSetting setting, Map<String, String> environment, List<String> mistakes) {
        String value = value(setting, environment);
        if (value.isEmpty()) {
            mistakes.add(setting.variable() + " is missing: " + setting.meaning());
        }
        return value;
    }

    private static @Nullable Listen metrics(Map<String, String> environment, List<String> mistakes) {
        String value = value(OperatorSetting.METRICS, environment);
        try {
            return value.isEmpty() ? null : Listen.parse(value);
        } catch (IllegalArgumentException e) {
            mistakes.add(OperatorSetting.METRICS.variable() + " '" + value + "': " + e.getMessage());
            return null;
        }
    }

    private static String value(OperatorSetting setting, Map<String, String> environment) {
        return environment.getOrDefault(setting.variable(), setting.fallback()).strip();
    }
}
