// SPDX-License-Identifier: Apache-2.0
package io.natspersist.e2e;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.AccessTarget;
import com.tngtech.archunit.core.domain.JavaCall;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import io.natspersist.transport.Headers;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** Layers, seams and names. What is allowed where, docs/architecture.md says. */
class ArchitectureTest {

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .withImportOption(location -> !location.contains("test-classes") && !location.contains("-tests.jar"))
            .importPackages("io.natspersist");

    /** Where threads, clocks and processes are at home: everything else is given its time and its randomness. */
    private static final String[] EDGES = {"io.natspersist.transport.nats..", "io.natspersist.cli.."};

    private static final Set<String> EDGE_CLASSES = Set.of("io.natspersist.loop.ThreadEventLoop");

    private static final Map<String, Set<String>> CLOCKS_AND_DICE = Map.of("java.lang.System",
            Set.of("currentTimeMillis", "nanoTime"), "java.time.Instant", Set.of("now"), "java.time.LocalDateTime",
            Set.of("now"), "java.time.ZonedDateTime", Set.of("now"), "java.time.Clock",
            Set.of("systemUTC", "systemDefaultZone", "system"), "java.lang.Math", Set.of("random"), "java.lang.Thread",
            Set.of("sleep"), "java.util.concurrent.ThreadLocalRandom", Set.of("current"), "java.util.UUID",
            Set.of("randomUUID"), "java.util.Random", Set.of("<init>"));

    @Test
    void theRulesSeeTheWholeProject() {
        assertThat(CLASSES).extracting(JavaClass::getPackageName).contains("io.natspersist.protocol",
                "io.natspersist.client", "io.natspersist.worker", "io.natspersist.coordinator", "io.natspersist.cli");
    }

    @Test
    void onlyOnePackageAndTheOneThatMeasuresJetStreamKnowTheNatsClient() {
        holds(noClasses().that()
                .resideOutsideOfPackages("io.natspersist.transport.nats..", "io.natspersist.cli.bench.jetstream..")
                .should()
                .dependOnClassesThat().resideInAnyPackage("io.nats.client..", "io.nats..service.."));
    }

    @Test
    void onlyOnePackageKnowsSqlite() {
        holds(noClasses().that().resideOutsideOfPackage("io.natspersist.worker.file..").should().dependOnClassesThat()
                .resideInAnyPackage("org.sqlite..", "java.sql..", "javax.sql.."));
    }

    @Test
    void onlyFilesAndWhatGoesToTheBucketAreCompressed() {
        holds(noClasses().that()
                .resideOutsideOfPackages("io.natspersist.worker.file..", "io.natspersist.worker.cold..",
                        "io.natspersist.worker.ship..")
                .should()
                .dependOnClassesThat().resideInAnyPackage("com.github.luben.."));
    }

    @Test
    void onlyOnePackageKnowsMicrometer() {
        holds(noClasses().that().resideOutsideOfPackage("io.natspersist.metrics..").should().dependOnClassesThat()
                .resideInAnyPackage("io.micrometer..", "io.prometheus..", "com.sun.net.httpserver.."));
    }

    @Test
    void kubernetesAndAwsStayInTheirPackages() {
        holds(noClasses().that().resideOutsideOfPackages("io.natspersist.operator..", "io.natspersist.cli.kubernetes..")
                .should().dependOnClassesThat().resideInAnyPackage("io.fabric8..", "io.javaoperatorsdk.."));
        holds(noClasses().that().haveNameNotMatching("io\\.natspersist\\.worker\\.cold\\.S3[A-Za-z]+(\\$.*)?").should()
                .dependOnClassesThat().resideInAnyPackage("software.amazon.awssdk.."));
        holds(noClasses().that().resideInAPackage("io.natspersist.coordinator..").should().dependOnClassesThat()
                .resideInAnyPackage("io.natspersist.operator.."));
    }

    @Test
    void whatAPersistClusterAsksForAndHowItStandsAreFunctions() {
        holds(noClasses().that().resideInAnyPackage("io.natspersist.operator.crd", "io.natspersist.operator.resource",
                "io.natspersist.operator.scaling", "io.natspersist.operator.status").should().dependOnClassesThat()
                .resideInAnyPackage("io.natspersist.operator", "io.natspersist.worker..", "io.natspersist.client..",
                        "io.natspersist.transport..", "io.natspersist.loop..", "io.javaoperatorsdk.."));
    }

    @Test
    void thePartsDependOnlyOnWhatIsBelowThem() {
        holds(noClasses().that()
                .resideInAnyPackage("io.natspersist.protocol..", "io.natspersist.transport..", "io.natspersist.loop..")
                .should().dependOnClassesThat().resideInAnyPackage("io.natspersist.client..", "io.natspersist.worker..",
                        "io.natspersist.coordinator..", "io.natspersist.operator..", "io.natspersist.cli.."));
        holds(noClasses().that().resideInAPackage("io.natspersist.client..").should().dependOnClassesThat()
                .resideInAnyPackage("io.natspersist.worker..", "io.natspersist.coordinator..",
                        "io.natspersist.operator..", "io.natspersist.cli.."));
        holds(noClasses().that().resideInAPackage("io.natspersist.worker..").should().dependOnClassesThat()
                .resideInAnyPackage("io.natspersist.client..", "io.natspersist.coordinator..",
                        "io.natspersist.operator..", "io.natspersist.cli.."));
        holds(noClasses().that().resideInAPackage("io.natspersist.coordinator..").should().dependOnClassesThat()
                .resideInAnyPackage("io.natspersist.client..", "io.natspersist.worker..", "io.natspersist.cli.."));
    }

    @Test
    void loopsAndSeamsStandOnNothingOfTheProject() {
        for (String alone : List.of("io.natspersist.loop", "io.natspersist.transport", "io.natspersist.metrics",
                "io.natspersist.settings",
                "io.natspersist.worker.disk")) {
            holds(noClasses().that().resideInAPackage(alone).should().dependOnClassesThat(
                    JavaClass.Predicates.resideInAPackage("io.natspersist..")
                            .and(DescribedPredicate.not(JavaClass.Predicates.resideInAPackage(alone)))));
        }
        holds(noClasses().that().resideInAPackage("io.natspersist.worker.change").should().dependOnClassesThat(
                JavaClass.Predicates.resideInAPackage("io.natspersist.worker..")
                        .and(DescribedPredicate
                                .not(JavaClass.Predicates.resideInAPackage("io.natspersist.worker.change")))));
    }

    @Test
    void insideTheWorkerTheVolumeKnowsNothingOfStreamsBeingServed() {
        holds(noClasses().that()
                .resideInAnyPackage("io.natspersist.worker.change..", "io.natspersist.worker.disk..",
                        "io.natspersist.worker.journal..", "io.natspersist.worker.file..",
                        "io.natspersist.worker.cold..", "io.natspersist.worker.ship..")
                .should().dependOnClassesThat()
                .resideInAnyPackage("io.natspersist.worker", "io.natspersist.worker.stream.."));
        holds(noClasses().that().resideInAPackage("io.natspersist.worker.ship..").should().dependOnClassesThat()
                .resideInAnyPackage("io.natspersist.worker.file..", "io.natspersist.transport.."));
        holds(noClasses().that().resideInAPackage("io.natspersist.worker.cold..").should().dependOnClassesThat()
                .resideInAnyPackage("io.natspersist.worker.journal..", "io.natspersist.transport.."));
        holds(noClasses().that().resideInAnyPackage("io.natspersist.worker.journal..", "io.natspersist.worker.file..")
                .should().dependOnClassesThat(JavaClass.Predicates.resideInAnyPackage("io.natspersist.transport..")
                        .and(DescribedPredicate.not(JavaClass.Predicates.type(Headers.class)))));
        holds(noClasses().that().resideInAPackage("io.natspersist.worker.journal..").should().dependOnClassesThat()
                .resideInAnyPackage("io.natspersist.worker.file.."));
    }

    @Test
    void timeAndRandomnessComeFromOutside() {
        holds(noClasses().that().resideOutsideOfPackages(EDGES).and(new DescribedPredicate<>("are not edges") {
            @Override
            public boolean test(JavaClass type) {
                return !EDGE_CLASSES.contains(outermost(type)) && !type.getSimpleName().endsWith("Main");
            }
        }).should().callMethodWhere(touches()).orShould().callConstructorWhere(touches()));
    }

    @Test
    void namesSayWhatATypeIsAbout() {
        holds(noClasses().should().haveNameMatching(".*(Util|Utils|Helper|Helpers|Manager|Impl)(\\$.*)?"));
        holds(noClasses().should().resideInAnyPackage("..util..", "..common..", "..impl..", "..manager..",
                "..helper.."));
    }

    @Test
    void everyPackageIsNullMarked() {
        holds(classes().should(new ArchCondition<>("be in a package that is marked") {
            @Override
            public void check(JavaClass type, ConditionEvents events) {
                if (!type.getPackage().isAnnotatedWith(NullMarked.class)) {
                    events.add(SimpleConditionEvent.violated(type, type.getPackageName() + " is not @NullMarked"));
                }
            }
        }));
    }

    private static DescribedPredicate<JavaCall<?>> touches() {
        return new DescribedPredicate<>("it reads a clock, throws dice or sleeps") {
            @Override
            public boolean test(JavaCall<?> call) {
                AccessTarget.CodeUnitCallTarget target = call.getTarget();
                boolean unseeded = !target.getName().equals("<init>") || target.getRawParameterTypes().isEmpty();
                return unseeded && CLOCKS_AND_DICE.getOrDefault(target.getOwner().getName(), Set.of())
                        .contains(target.getName());
            }
        };
    }

    private static String outermost(JavaClass type) {
        return type.getEnclosingClass().map(ArchitectureTest::outermost).orElse(type.getName());
    }

    private static void holds(ArchRule rule) {
        rule.allowEmptyShould(true).check(CLASSES);
    }
}
