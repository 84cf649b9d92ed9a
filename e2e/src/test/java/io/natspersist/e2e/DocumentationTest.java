// SPDX-License-Identifier: Apache-2.0
package io.natspersist.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.natspersist.operator.crd.Reason;
import io.natspersist.protocol.ErrorCode;
import io.natspersist.protocol.HeaderNames;
import io.natspersist.protocol.Json;
import io.natspersist.protocol.Version;
import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What the documents say of the code is so: codes, headers, links, and the tests that they call proof. */
public class DocumentationTest {

    private static final Path ROOT = root();
    private static final Map<Path, String> DOCUMENTS = read(".md");
    private static final Map<Path, String> SOURCES = read(".java");

    private static final Pattern LINK = Pattern.compile("\\]\\(([^)\\s]+)\\)");
    private static final Pattern TEST = Pattern.compile("`([A-Z]\\w*(?:Test|IT|Contract))(?:\\.(\\w+))?`");
    private static final Pattern EXTENDS = Pattern.compile("class \\w+ extends (\\w+Contract)");

    @Test
    void theProtocolListsEveryErrorAsItIs() {
        List<String> rows = Arrays.stream(ErrorCode.values()).map(DocumentationTest::row).toList();
        assertThat(document("docs/protocol.md").lines().filter(line -> line.startsWith("| `") && isErrorRow(line)))
                .extracting(line -> line.substring(0, line.lastIndexOf('|', line.length() - 2)).strip())
                .containsExactlyElementsOf(rows);
    }

    private static boolean isErrorRow(String line) {
        return Arrays.stream(ErrorCode.values()).anyMatch(code -> line.startsWith("| `" + code + "` |"));
    }

    private static String row(ErrorCode code) {
        return "| `%s` | %d | %s | %s".formatted(code, code.number(), yes(code.retryable()),
                yes(code.noSideEffects()));
    }

    private static String yes(boolean bit) {
        return bit ? "yes" : "no";
    }

    @Test
    void theProtocolSpeaksOfEveryHeader() throws IllegalAccessException {
        List<Object> names = new ArrayList<>();
        for (Field field : HeaderNames.class.getFields()) {
            if (Modifier.isStatic(field.getModifiers())) {
                names.add("`" + field.get(null));
            }
        }
        assertThat(names).hasSizeGreaterThan(15);
        assertThat(names).allSatisfy(name -> assertThat(document("docs/protocol.md")).contains(name.toString()));
    }

    @Test
    void everyOperationIsCounted() {
        String reader = SOURCES.entrySet().stream().filter(source -> source.getKey().endsWith("worker/Operations.java"))
                .findFirst().orElseThrow().getValue();
        String names = reader.substring(reader.indexOf("NAMES = List.of("),
                reader.indexOf(';', reader.indexOf("NAMES")));
        assertThat(Pattern.compile("case (\"\\w+\") ->").matcher(reader).results().map(match -> match.group(1)))
                .hasSizeGreaterThan(8).allSatisfy(operation -> assertThat(names).contains(operation));
    }

    @Test
    void theVersionIsThatOfTheBuild() throws IOException {
        assertThat(Files.readString(ROOT.resolve("pom.xml"))).contains("<version>" + Version.CURRENT + "</version>");
    }

    @Test
    void everyLinkLeadsSomewhere() {
        List<String> broken = new ArrayList<>();
        DOCUMENTS.forEach((file, text) -> LINK.matcher(text).results().map(link -> link.group(1))
                .filter(link -> !link.contains("://") && !leadsSomewhere(file, link))
                .forEach(link -> broken.add(ROOT.relativize(file) + ": " + link)));
        assertThat(broken).isEmpty();
    }

    private static boolean leadsSomewhere(Path from, String link) {
        int hash = link.indexOf('#');
        Path target = hash == 0 ? from : from.resolveSibling(hash < 0 ? link : link.substring(0, hash)).normalize();
        return Files.exists(target)
                && (hash < 0 || anchors(DOCUMENTS.getOrDefault(target, "")).contains(link.substring(hash + 1)));
    }

    /** As GitHub makes them from headings. */
    private static Set<String> anchors(String text) {
        return Set.copyOf(text.lines().filter(line -> line.startsWith("#"))
                .map(line -> line.replaceFirst("^#+ ", "").toLowerCase(Locale.ROOT)
                        .replaceAll("[^\\p{L}\\p{N} _-]", "").replace(' ', '-'))
                .distinct().toList());
    }

    @Test
    void everyTestThatIsCalledProofExists() {
        List<String> missing = new ArrayList<>();
        DOCUMENTS.forEach((file, text) -> TEST.matcher(text).results()
                .filter(test -> !exists(test.group(1), test.group(2)))
                .forEach(test -> missing.add(ROOT.relativize(file) + ": " + test.group())));
        assertThat(missing).isEmpty();
    }

    private static boolean exists(String type, @org.jspecify.annotations.Nullable String method) {
        return SOURCES.entrySet().stream().filter(source -> source.getKey().endsWith(type + ".java"))
                .map(Map.Entry::getValue)
                .anyMatch(source -> method == null || source.contains(" " + method + "(") || inherits(source, method));
    }

    private static boolean inherits(String source, String method) {
        return EXTENDS.matcher(source).results().map(MatchResult::group)
                .anyMatch(line -> exists(line.substring(line.lastIndexOf(' ') + 1), method));
    }

    @Test
    void everyFailureModeNamesItsProof() {
        List<String> rows = new ArrayList<>();
        boolean inTable = false;
        for (String line : document("docs/failure-modes.md").lines().toList()) {
            inTable = line.startsWith("| failure |") || (inTable && line.startsWith("|"));
            if (inTable && !line.startsWith("| failure |") && !line.startsWith("| ---")) {
                rows.add(line);
            }
        }
        assertThat(rows).hasSizeGreaterThan(20)
                .allSatisfy(row -> assertThat(row.substring(row.lastIndexOf('|', row.length() - 2)))
                        .containsPattern(TEST));
    }

    @Test
    void everyReasonOfAConditionIsExplainedOnce() {
        String section = document("docs/operations.md");
        section = section.substring(section.indexOf("### Troubleshoot"));
        List<String> explained = section
                .substring(section.indexOf("| reason |"), section.indexOf("\n\n", section.indexOf("| reason |")))
                .lines().skip(2).map(row -> row.split("\\|")[1])
                .flatMap(cell -> Pattern.compile("`(\\w+)`").matcher(cell).results().map(match -> match.group(1)))
                .toList();
        List<String> reasons = Arrays.stream(Reason.values())
                .map(reason -> Json.read(Json.write(reason), String.class)).toList();
        assertThat(explained).containsExactlyInAnyOrderElementsOf(reasons);
    }

    @Test
    void everyDecisionIsListed() throws IOException {
        try (Stream<Path> files = Files.list(ROOT.resolve("docs/adr"))) {
            assertThat(files.map(file -> file.getFileName().toString()).filter(name -> name.matches("\\d{4}-.*\\.md")))
                    .isNotEmpty()
                    .allSatisfy(name -> assertThat(document("docs/adr/README.md")).contains("(" + name + ")"));
        }
    }

    private static String document(String path) {
        return DOCUMENTS.getOrDefault(ROOT.resolve(path), "");
    }

    private static Map<Path, String> read(String extension) {
        Map<Path, String> found = new TreeMap<>();
        try (Stream<Path> files = Files.walk(ROOT)) {
            for (Path file : (Iterable<Path>) files.filter(f -> f.toString().endsWith(extension))
                    .filter(DocumentationTest::isOurs)::iterator) {
                found.put(file, Files.readString(file));
            }
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
        return found;
    }

    /** Not what was built, nor what lies in hidden folders. */
    private static boolean isOurs(Path file) {
        for (Path part : ROOT.relativize(file)) {
            if (part.toString().startsWith(".") || part.toString().equals("target")) {
                return false;
            }
        }
        return true;
    }

    public static Path root() {
        Path folder = Path.of("").toAbsolutePath();
        while (!Files.exists(folder.resolve("docs/protocol.md"))) {
            folder = java.util.Objects.requireNonNull(folder.getParent(), "not in the project's folder");
        }
        return folder;
    }
}
