// SPDX-License-Identifier: Apache-2.0
package io.natspersist.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.natspersist.cli.Main;
import io.natspersist.cli.terminal.Terminal;
import io.natspersist.client.PersistClient;
import io.natspersist.client.StreamHandle;
import io.natspersist.protocol.StreamName;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A volume that a killed worker has left, damaged in every way that one can think of: {@code persist doctor} names it. */
@Timeout(120)
class DoctorIT {

    private static final List<String> STREAMS = List.of("docs.a", "docs.b", "docs.c", "Top");

    @TempDir
    private static Path left;

    @TempDir
    private Path copies;

    private Path volume;
    private String said = "";

    /** The streams have values in their files, and newer ones in the journal, whose older segments are gone. */
    @BeforeAll
    static void aWorkerIsKilled() throws IOException {
        try (Cluster cluster = new Cluster()) {
            cluster.start("w0", "--segment-bytes", "8192");
            cluster.awaitBalanced(1);
            PersistClient client = cluster.client();
            for (String name : STREAMS) {
                StreamHandle stream = client.stream(name);
                for (int i = 0; i < 30; i++) {
                    stream.set("x".repeat(300).getBytes(StandardCharsets.UTF_8));
                }
                stream.flush();
            }
            await("the first segment is gone").until(() -> cluster.files("0000000001.log").isEmpty());
            assertThat(doctor(cluster.volume(), new ByteArrayOutputStream())).as("a volume in use").isEqualTo(1);
            STREAMS.forEach(name -> client.stream(name).set("in the journal".getBytes(StandardCharsets.UTF_8)));
            cluster.worker("w0").kill();
            copy(cluster.volume(), left);
        }
    }

    @BeforeEach
    void aCopyOfIt() throws IOException {
        volume = copies.resolve("volume");
        copy(left, volume);
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> all = Files.walk(from)) {
            for (Path path : all.toList()) {
                Path target = to.resolve(from.relativize(path).toString());
                if (Files.isDirectory(path)) {
                    Files.createDirectories(target);
                } else {
                    Files.copy(path, target);
                }
            }
        }
    }

    private static int doctor(Path volume, ByteArrayOutputStream out, String... options) {
        PrintStream print = new PrintStream(out, true, StandardCharsets.UTF_8);
        return Main.run(new Terminal(new ByteArrayInputStream(new byte[0]), print, print, false),
                Stream.concat(Stream.of("doctor", volume.toString()), Stream.of(options)).toArray(String[]::new));
    }

    private int doctor(String... options) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        int code = doctor(volume, out, options);
        said = out.toString(StandardCharsets.UTF_8);
        return code;
    }

    private Path one(String suffix) throws IOException {
        try (Stream<Path> all = Files.walk(volume)) {
            return all.filter(path -> path.toString().endsWith(suffix) && path.toFile().length() > 0).sorted()
                    .findFirst()
                    .orElseThrow();
        }
    }

    private Path database(String token) throws IOException {
        try (Stream<Path> all = Files.walk(volume)) {
            return all.filter(path -> path.getFileName().toString().matches(java.util.regex.Pattern.quote(token)
                    + "\\.\\d+\\.db")).findFirst().orElseThrow();
        }
    }

    private static void overwrite(Path file, long at, int... bytes) throws IOException {
        try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "rw")) {
            open.seek(at);
            for (int next : bytes) {
                open.write(next);
            }
        }
    }

    private void assertDamage(Path place, String what) {
        assertThat(doctor()).as(said).isEqualTo(1);
        assertThat(said.lines()).anyMatch(line -> line.startsWith("damage\t" + volume.relativize(place))
                && line.contains(what));
        assertThat(said).contains("1 damaged");
    }

    @Test
    void whatIsSoundIsCalledSoundAndStaysAsItIs() throws IOException {
        List<String> before = contents();

        assertThat(doctor()).as(said).isZero();

        assertThat(said).contains("1 journal with ", " changes, 4 files of streams: nothing is damaged");
        assertThat(doctor("--json")).isZero();
        assertThat(contents()).isEqualTo(before);
        assertThat(said).contains("{\"journals\":1,", "\"files\":4,\"damaged\":0");
    }

    /** Every file with its length and a checksum. */
    private List<String> contents() throws IOException {
        try (Stream<Path> all = Files.walk(volume)) {
            return all.filter(Files::isRegularFile).sorted().map(path -> {
                try {
                    return path + " " + java.util.Arrays.hashCode(Files.readAllBytes(path));
                } catch (IOException e) {
                    throw new java.io.UncheckedIOException(e);
                }
            }).toList();
        }
    }

    @Test
    void aFlippedBitInAJournalIsNamed() throws IOException {
        Path segment = one(".log");
        overwrite(segment, segment.toFile().length() / 2, 0x5a, 0xa5);

        assertDamage(segment.getParent(), "corrupt journal");
    }

    @Test
    void aMissingSegmentIsNamed() throws IOException {
        Path segment = one(".log");
        String next = String.format("%010d.log", Long.parseLong(segment.getFileName().toString().substring(0, 10)) + 2);
        Files.copy(segment, segment.resolveSibling(next));

        assertThat(doctor()).isEqualTo(1);
        assertThat(said).contains("damage\t" + volume.relativize(segment.getParent()), "missing");
    }

    @Test
    void damageInAFileIsNamed() throws IOException {
        Path file = database("a");
        for (int page = 1; page < file.toFile().length() / 1024; page++) {
            overwrite(file, page * 1024L, 0xff, 0xff, 0xff, 0xff);
        }

        assertDamage(file, "it is damaged");
    }

    @Test
    void aCountThatIsWrongIsNamed() throws Exception {
        Path file = database("a");
        try (var connection = java.sql.DriverManager.getConnection("jdbc:sqlite:" + file);
                var statement = connection.createStatement()) {
            statement.executeUpdate("UPDATE meta SET messages = messages + 1");
        }

        assertDamage(file, "it should say");
    }

    @Test
    void aFileThatIsNoStreamsIsNamed() throws IOException {
        Path file = database("a");
        overwrite(file, 68, 0, 0, 0, 0);

        assertDamage(file, "it is no stream's file");
    }

    @Test
    void aFileUnderAnothersNameIsNamed() throws IOException {
        Path a = database("a");
        Path elsewhere = a.resolveSibling("z.1.db");
        Files.move(a, elsewhere);

        assertThat(doctor()).isEqualTo(1);
        assertThat(said).contains("damage\t" + volume.relativize(elsewhere) + "\tit is the file of the stream docs.a");
        assertThat(said).contains("damage\tdocs.a\t");
    }

    @Test
    void aFileInTheWrongSlotIsNamed() throws IOException {
        Path file = database("+top");
        int slot = (new StreamName("Top").slot(1_024) + 1) % 1_024;
        Path wrong = Files.createDirectories(volume.resolve("streams").resolve(Integer.toString(slot)))
                .resolve(file.getFileName());
        Files.copy(file, wrong);

        assertDamage(wrong, "belongs to slot " + new StreamName("Top").slot(1_024));
    }

    @Test
    void aFileThatIsGoneIsNamedByTheChangesThatAreMissing() throws IOException {
        Path file = database("b");
        Files.delete(file);
        Files.deleteIfExists(file.resolveSibling(file.getFileName() + "-wal"));

        assertThat(doctor()).isEqualTo(1);
        assertThat(said).contains("damage\tdocs.b\tits file holds the changes up to 0, journals some up to 31, but none"
                + " of them change 1");
    }

    @Test
    void aLogWithoutItsDatabaseIsNamed() throws IOException {
        Path log = database("b").resolveSibling(database("b").getFileName().toString().replace(".db", ".lock"));
        overwrite(log, 0, 1, 2, 3);
        Files.delete(database("b"));

        assertThat(doctor()).isEqualTo(1);
        assertThat(said).contains("damage\t" + volume.relativize(log) + "\tit is a log that has no database");
    }

    @Test
    void whatWasSetAsideAndWhatDoesNotBelongThereIsNamed() throws IOException {
        Path file = database("c");
        Files.copy(file, file.resolveSibling("d.7.corrupt"));
        Files.copy(file, file.resolveSibling("c.0.db"));
        Files.writeString(file.resolveSibling("notes.txt"), "mine");
        Files.writeString(volume.resolve("streams/lost+found"), "");

        assertDamage(file.resolveSibling("d.7.corrupt"), "set aside");
        assertThat(said).contains("note\t" + volume.relativize(file.resolveSibling("c.0.db")) + "\tleft by an owner",
                "note\t" + volume.relativize(file.resolveSibling("notes.txt")) + "\tno stream has such a file",
                "note\tstreams/lost+found\tit is not the folder");
    }

    @Test
    void onlyWhatMeansNothingIsDeletedAndOnlyWhenAsked() throws IOException {
        Path file = Files.writeString(database("c").resolveSibling("e.3.new"), "half");
        Path segment = Files.writeString(one(".log").resolveSibling("0000000099.new"), "half");
        Path damaged = Files.copy(database("c"), database("c").resolveSibling("d.7.corrupt"));

        assertThat(doctor()).isEqualTo(1);
        assertThat(said).contains("--repair would delete 3"); // the segment that was open has a second name
        assertThat(file).exists();

        assertThat(doctor("--repair")).isEqualTo(1);
        assertThat(said).contains("deleted\t" + volume.relativize(file), "deleted\t" + volume.relativize(segment));
        assertThat(file).doesNotExist();
        assertThat(segment).doesNotExist();
        assertThat(damaged).exists();
        Files.delete(damaged);
        assertThat(doctor()).isZero();
        assertThat(said).doesNotContain(".new", "deleted");
    }

    @Test
    void aFolderThatIsNoVolumeIsSaid() {
        volume = copies;

        assertThat(doctor()).isEqualTo(3);
        assertThat(said).contains("is no volume");
    }

    private Path catalogOf(String stream) throws IOException {
        Path slot = volume.resolve("streams").resolve(Integer.toString(new StreamName(stream).slot(1_024)));
        try (Stream<Path> all = Files.list(slot)) {
            return all.filter(path -> path.getFileName().toString().matches("@catalog\\.\\d+\\.db")).findFirst()
                    .orElseThrow();
        }
    }

    private void inCatalog(String stream, String sql) throws Exception {
        try (var connection = java.sql.DriverManager.getConnection("jdbc:sqlite:" + catalogOf(stream));
                var statement = connection.createStatement()) {
            statement.executeUpdate(sql);
        }
    }

    @Test
    void aStreamThatTheCatalogKnowsAndThatHasNoFileIsNamed() throws Exception {
        inCatalog("docs.a",
                "INSERT INTO streams (name, change, last_seq, messages, bytes) VALUES ('lost', 7, 7, 7, 7)");

        assertDamage(catalogOf("docs.a"), "the stream lost is there with its change 7, but has no file");
    }

    @Test
    void aFileThatIsOlderThanItsCatalogSaysIsNamed() throws Exception {
        inCatalog("docs.a", "UPDATE streams SET change = 99");

        assertDamage(catalogOf("docs.a"), "had come to change 99, but its file holds those up to ");
    }

    @Test
    void aStreamThatTheCatalogDoesNotKnowIsNamed() throws Exception {
        inCatalog("docs.a", "DELETE FROM streams");

        assertThat(doctor()).as(said).isZero();
        assertThat(said).contains("the stream docs.a has a file and no entry; 'persist reindex' enters it");
    }

    @Test
    void aDamagedCatalogIsNamed() throws Exception {
        overwrite(catalogOf("docs.b"), 68, 0, 0, 0, 0);

        assertDamage(catalogOf("docs.b"), "it is no catalog");
    }

    @Test
    void aCatalogThatIsGoneIsNamed() throws Exception {
        Path catalog = catalogOf("docs.b");
        Files.delete(catalog);
        Files.deleteIfExists(catalog.resolveSibling(catalog.getFileName() + "-wal"));
        assertThat(doctor()).as(said).isZero();
        assertThat(said).contains("the slot has no catalog; 'persist reindex' makes it");

        Files.writeString(catalog.resolveSibling("@destroyed"), "");
        assertDamage(catalog.resolveSibling("@destroyed"), "the numbers of streams that were destroyed are gone");
    }
}
