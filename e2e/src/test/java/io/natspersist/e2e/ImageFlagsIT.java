// SPDX-License-Identifier: Apache-2.0
package io.natspersist.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The files with the JVM's flags that lie in the images. */
class ImageFlagsIT {

    @ParameterizedTest
    @ValueSource(strings = {"worker", "operator"})
    void theJvmTakesEveryFlagOfAnImage(String image) throws Exception {
        String said = java(flags(image), "");

        assertThat(said).contains("openjdk version");
        assertThat(settings(image)).hasSizeGreaterThan(3).allSatisfy(
                setting -> assertThat(lineOf(flagOf(setting), said)).contains("{config file}"));
    }

    @Test
    void theEnvironmentComesBeforeAnImagesFlags() throws Exception {
        String said = java(flags("worker"), "-XX:MaxRAMPercentage=20 -XX:-UseG1GC -XX:+UseParallelGC");

        assertThat(lineOf("MaxRAMPercentage", said)).contains("= 20").contains("{environment}");
        assertThat(lineOf("UseParallelGC", said)).contains("= true");
    }

    @ParameterizedTest
    @ValueSource(strings = {"worker", "operator"})
    void everyFlagIsExplained(String image) throws IOException {
        List<String> rows = Files.readAllLines(DocumentationTest.root().resolve("docs/kubernetes.md"));
        int column = image.equals("worker") ? 2 : 3;
        for (String setting : settings(image)) {
            String name = flagOf(setting);
            String value = Map.of('+', "on", '-', "off").getOrDefault(setting.charAt(0),
                    setting.substring(setting.indexOf('=') + 1));
            assertThat(rows).filteredOn(row -> row.startsWith("| `" + name + "` |")).singleElement()
                    .satisfies(row -> assertThat(row.split("\\|")[column].strip()).isEqualTo(value));
        }
    }

    private static Path flags(String image) {
        return DocumentationTest.root().resolve(image + "/src/main/jib/app/jvm.flags");
    }

    private static List<String> settings(String image) throws IOException {
        return Files.readAllLines(flags(image)).stream().filter(line -> !line.isBlank() && !line.startsWith("#"))
                .toList();
    }

    private static String flagOf(String setting) {
        return setting.replaceFirst("^[+-]", "").replaceFirst("=.*", "");
    }

    private static String lineOf(String flag, String said) {
        return said.lines().filter(Pattern.compile("^ *\\w+ " + flag + " .*").asMatchPredicate())
                .findFirst().orElseThrow();
    }

    private static String java(Path flags, String environment) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:Flags=" + flags, "-XX:+PrintFlagsFinal", "-version").redirectErrorStream(true);
        builder.environment().put("JAVA_TOOL_OPTIONS", environment);
        Process process = builder.start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
        return said;
    }
}
