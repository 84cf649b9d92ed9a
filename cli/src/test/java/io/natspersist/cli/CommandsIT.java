// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.natspersist.cli.local.ClusterConfig;
import io.natspersist.cli.local.Durability;
import io.natspersist.cli.local.LocalCluster;
import io.natspersist.cli.terminal.Failure;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CommandsIT {

    @TempDir
    private static Path folder;

    private static LocalCluster cluster;

    private final RecordedTerminal persist = new RecordedTerminal();

    CommandsIT() {
        persist.always("--server", cluster.url());
    }

    @BeforeAll
    static void start() throws IOException {
        cluster = LocalCluster.start(ClusterConfig.selfContained(folder.resolve("c"), 2, Durability.SYNC),
                System.out::println);
        cluster.awaitServing(Duration.ofSeconds(60));
    }

    @AfterAll
    static void stop() throws IOException {
        cluster.close();
    }

    @Test
    void aValueComesFromArgumentPipeOrFile() throws IOException {
        assertThat(persist.run("set", "it.values", "from an argument")).isZero();
        assertThat(persist.out()).isEqualTo("1\n");
        assertThat(persist.runWith("from a pipe\n", "set", "it.values")).isZero();
        Path file = Files.write(folder.resolve("value"), new byte[]{0, (byte) 0xff});
        assertThat(persist.run("set", "it.values", "--file", file.toString())).isZero();
        assertThat(persist.runWith("one\ntwo\n", "set", "it.values", "--lines")).isZero();
        assertThat(persist.out()).isEqualTo("4\n5\n");
        assertThat(persist.run("all", "it.values")).isZero();
        assertThat(persist.out())
                .isEqualTo("1\t-\tfrom an argument\n2\t-\tfrom a pipe\n\n3\t-\t(2 bytes)\n4\t-\tone\n5\t-\ttwo\n");
        assertThat(persist.run("get", "it.values", "--seq", "2")).isZero();
        assertThat(persist.out()).isEqualTo("from a pipe\n");
    }

    @Test
    void aFileOfAnySizeIsStoredAndPrintedByteForByte() throws IOException {
        byte[] large = new byte[3_500_000];
        new Random(1).nextBytes(large);
        Path file = Files.write(folder.resolve("large"), large);
        assertThat(persist.run("set", "it.large", "--key", "k", "--file", file.toString())).isZero();
        assertThat(persist.run("get", "it.large", "--key", "k")).isZero();
        assertThat(persist.bytes()).isEqualTo(large);
        assertThat(persist.run("all", "it.large")).isZero();
        assertThat(persist.out()).isEqualTo("1\tk\t(3500000 bytes)\n");
        assertThat(persist.run("get", "it.large", "--json")).isZero();
        assertThat(persist.out()).contains("\"key\":\"k\"", "\"size\":3500000");
    }

    @Test
    void manyMessagesComeAsJsonLinesAsTheyArePrinted() {
        assertThat(persist.runWith("""
                {"value":"one","key":"a","time":1000}
                {"base64":"AP8=","headers":[["Color","red"]]}
                {"value":"two","key":"a","expectSeq":0}
                {"key":"none"}
                """, "set", "it.many", "--many")).isEqualTo(4);
        assertThat(persist.out()).startsWith("1\n2\n-\tWRONG_KEY_SEQ\t").endsWith("\n3\n");
        assertThat(persist.run("all", "it.many", "--json")).isZero();
        String printed = persist.out();
        assertThat(persist.runWith(printed, "set", "it.copy", "--many", "--all-or-none")).isZero();
        assertThat(persist.run("all", "it.copy", "--json")).isZero();
        assertThat(persist.out()).isEqualTo(printed);
        assertThat(persist.run("all", "it.copy", "--newest", "--last", "2")).isZero();
        assertThat(persist.out()).isEqualTo("3\tnone\t(no value)\n2\t-\t(2 bytes)\n");
        assertThat(persist.run("all", "it.copy", "--until", "1970-01-01T00:00:01Z")).isZero();
        assertThat(persist.out()).isEqualTo("1\ta\tone\n");
        assertThat(persist.runWith("{\"value\":\"x\"}\n{\"colour\":1}\n", "set", "it.copy", "--many")).isEqualTo(2);
        assertThat(persist.err()).contains("line 2 has an unknown field 'colour'");
    }

    @Test
    void exitCodesSayWhatHappened() {
        assertThat(persist.run("get", "it.codes")).isEqualTo(3);
        assertThat(persist.run("del", "it.codes", "--seq", "1")).isEqualTo(3);
        assertThat(persist.run("set", "it.codes", "v", "--key", "k", "--create")).isZero();
        assertThat(persist.run("set", "it.codes", "w", "--key", "k", "--create", "--json")).isEqualTo(4);
        assertThat(persist.err()).startsWith("{\"error\":\"WRONG_KEY_SEQ\"");
        assertThat(persist.run("get", "it.codes", "--key", "k")).isZero();
        assertThat(persist.out()).isEqualTo("v");
        assertThat(persist.run("del", "it.codes", "--key", "k")).isZero();
        assertThat(persist.run("get", "it.codes", "--cluster", "nobody", "--timeout", "1")).isEqualTo(5);
    }

    @Test
    void stateIsShown() {
        persist.run("set", "it.state", "v", "--key", "b");
        persist.run("set", "it.state", "v", "--key", "a");
        assertThat(persist.run("keys", "it.state")).isZero();
        assertThat(persist.out()).isEqualTo("a\t2\nb\t1\n");
        assertThat(persist.run("info", "it.state", "--json")).isZero();
        assertThat(persist.out()).contains("\"messages\":2", "\"lastSeq\":2", "\"change\":2");
        assertThat(persist.run("where", "it.state")).isZero();
        assertThat(persist.out()).contains("requests go to  persist.default.worker.w");
        assertThat(persist.run("flush", "it.state")).isZero();
    }

    @Test
    void aWatchTellsWhatIsThereAndWhatChanges() {
        persist.run("set", "it.watch", "before");
        Thread later = Thread.ofPlatform().start(() -> {
            RecordedTerminal other = new RecordedTerminal();
            other.always("--server", cluster.url());
            assertThat(other.run("set", "it.watch", "after")).isZero();
        });
        assertThat(persist.run("watch", "it.watch", "--after", "0/0", "--limit", "2")).isZero();
        assertThat(persist.out()).isEqualTo("set\t1\t-\tbefore\nset\t2\t-\tafter\n");
        assertThat(later).satisfies(Thread::join);
    }

    @Test
    void aStreamIsClearedAndItsNumbersGoOn() {
        for (String value : new String[]{"1", "2", "3"}) {
            persist.run("set", "it.clear", value);
        }
        assertThat(persist.run("clear", "it.clear", "--to", "1")).isZero();
        assertThat(persist.out()).isEqualTo("1\n");
        assertThat(persist.run("clear", "it.clear", "--json")).isZero();
        assertThat(persist.out()).contains("\"deleted\":2");
        assertThat(persist.run("clear", "it.clear")).isZero();
        assertThat(persist.run("set", "it.clear", "4")).isZero();
        assertThat(persist.out()).isEqualTo("4\n");
    }

    @Test
    void whatAStreamMayHoldIsSaidAndChanged() {
        assertThat(persist.run("config", "it.config")).isZero();
        assertThat(persist.out()).isEqualTo("unlimited\n");
        assertThat(persist.run("config", "it.config", "--max-msgs", "2", "--max-age", "7d", "--discard", "new"))
                .isZero();
        assertThat(persist.out()).contains("maxMsgs            2\n", "maxAge             604800000\n",
                "discard            new\n");
        assertThat(persist.run("config", "it.config", "--max-age", "none", "--max-bytes", "1k", "--json")).isZero();
        assertThat(persist.out()).contains("\"config\":{\"maxMsgs\":2,\"maxBytes\":1024,\"discard\":\"new\"}");
        persist.run("set", "it.config", "1");
        persist.run("set", "it.config", "2");
        assertThat(persist.run("set", "it.config", "3")).isEqualTo(1);
        assertThat(persist.run("config", "it.config", "--reset")).isZero();
        assertThat(persist.out()).isEqualTo("unlimited\n");
        assertThat(persist.run("set", "it.config", "3")).isZero();
    }

    @Test
    void theTableIsSaidInWords() {
        assertThat(persist.run("table")).isZero();
        assertThat(persist.out()).contains("1,024 slots", "w0.", "512 slots, 50.0 %", "every slot is served");
        assertThat(persist.run("table", "--slots")).isZero();
        assertThat(persist.out().lines()).hasSize(1_024);
        assertThat(persist.run("table", "--json")).isZero();
        assertThat(persist.out()).startsWith("{\"version\":");
        assertThat(persist.run("table", "--cluster", "nobody")).isEqualTo(5);
        assertThat(persist.err()).contains("neither a coordinator nor a worker");
    }

    @Test
    void anExportedStreamIsReadableAndImportedAsItWas() throws IOException {
        Path archive = folder.resolve("archive");
        byte[] large = new byte[200_000];
        new java.util.Random(1).nextBytes(large);
        Path value = Files.write(folder.resolve("large"), large);
        persist.run("set", "it.export.A", "caf\u00e9", "--key", "k", "-H", "Color:red", "--id", "i1", "--time", "17");
        persist.run("set", "it.export.A", "gone");
        persist.run("set", "it.export.A", "--no-value");
        persist.run("set", "it.export.A", "--file", value.toString());
        persist.run("set", "it.export.A", "--file",
                Files.write(folder.resolve("b"), new byte[]{(byte) 0xff}).toString());
        persist.run("del", "it.export.A", "--seq", "2");
        persist.run("all", "it.export.A", "--json");
        String before = persist.out().replaceAll("\"change\":\\d+", "");

        assertThat(persist.run("export", archive.toString(), "it.export.A", "it.export.none")).isZero();
        assertThat(persist.out()).isEqualTo("it.export.A\t4\nit.export.none\t0\n");
        assertThat(archive.resolve("it/export/+a.jsonl")).content().contains("{\"stream\":\"it.export.A\"",
                "\"value\":\"caf\u00e9\"", "\"base64\":\"/w==\"", "\"file\":\"+a.values/4\"");
        assertThat(Files.readAllBytes(archive.resolve("it/export/+a.values/4"))).isEqualTo(large);

        assertThat(persist.run("import", archive.toString())).isZero();
        assertThat(persist.out()).contains("it.export.A\t0\t4\t0\n");
        Path lines = archive.resolve("it/export/+a.jsonl");
        Files.writeString(lines, Files.readString(lines).replace("it.export.A", "it.import"));
        assertThat(persist.run("import", archive.toString(), "--json")).isZero();
        assertThat(persist.out()).contains("{\"stream\":\"it.import\",\"stored\":4,\"same\":0,\"expired\":0}");
        persist.run("all", "it.import", "--json");
        assertThat(persist.out().replaceAll("\"change\":\\d+", "")).isEqualTo(before);

        persist.run("set", "it.import", "another", "--seq", "4");
        assertThat(persist.run("import", archive.toString())).isEqualTo(4);
        assertThat(persist.err()).contains("another message under seq 4");
        assertThat(persist.run("import", archive.toString(), "--replace")).isEqualTo(4);
        assertThat(persist.err()).contains("remembers the message id of seq 4");
        persist.run("set", "it.import", "--file", value.toString(), "--seq", "4");
        Files.writeString(lines, Files.readString(lines).replaceAll(",\"id\":\"[^\"]*\"", ""));
        assertThat(persist.run("import", archive.toString())).isEqualTo(4);
        assertThat(persist.run("import", archive.toString(), "--replace")).isZero();
        assertThat(persist.out()).contains("it.import\t4\t0\t0\n");
        assertThat(persist.run("import", archive.toString())).isZero();
        assertThat(persist.out()).contains("it.import\t0\t4\t0\n");
        assertThat(persist.run("import", archive.resolve("none").toString())).isEqualTo(3);
    }

    @Test
    void aCopyExpiresWhenItsMessageDoesAndWhatHasExpiredIsLeftOut() throws IOException {
        long now = System.currentTimeMillis();
        String soon = ",\"expires\":" + (now + 3_600_000);
        String lines = "{\"seq\":1,\"time\":1,\"value\":\"stays\"}\n{\"seq\":2,\"time\":2,\"value\":\"goes\"" + soon
                + "}\n{\"seq\":3,\"time\":3,\"value\":\"gone\",\"expires\":" + (now - 1) + "}\n";
        Path archive = Files.createDirectories(folder.resolve("expiring"));
        Files.writeString(archive.resolve("x.jsonl"), "{\"stream\":\"it.expiring\"}\n" + lines);

        assertThat(persist.run("import", archive.toString())).isZero();
        assertThat(persist.out()).isEqualTo("it.expiring\t2\t0\t1\n");
        assertThat(expiries("it.expiring")).satisfiesExactly(
                stays -> assertThat(stays).isZero(),
                goes -> assertThat(goes).isBetween(now + 3_590_000, now + 3_660_000));
        assertThat(persist.run("import", archive.toString())).isZero();
        assertThat(persist.out()).isEqualTo("it.expiring\t0\t2\t1\n");
        Path exported = folder.resolve("expiring.again");
        assertThat(persist.run("export", exported.toString(), "it.expiring")).isZero();
        assertThat(exported.resolve("it/expiring.jsonl")).content()
                .contains("\"expires\":" + expiries("it.expiring").get(1));

        assertThat(persist.runWith(lines, "set", "it.expiring.copy", "--many")).isZero();
        assertThat(persist.out()).isEqualTo("1\n2\n");
        assertThat(expiries("it.expiring.copy")).satisfiesExactly(
                stays -> assertThat(stays).isZero(),
                goes -> assertThat(goes).isBetween(now + 3_590_000, now + 3_660_000));
        assertThat(persist.runWith("{\"value\":\"x\",\"ttl\":5" + soon + "}\n", "set", "it.expiring.copy", "--many"))
                .isEqualTo(2);
        assertThat(persist.err()).contains("line 1 has both a ttl and an expires");
    }

    /** Of all messages; 0 where one never expires. */
    private List<Long> expiries(String stream) {
        persist.run("all", stream, "--json");
        return persist.out().lines().map(line -> line.contains("\"expires\":")
                ? Long.parseLong(line.replaceFirst(".*\"expires\":(\\d+).*", "$1"))
                : 0L).toList();
    }

    @Test
    void streamsAreListedAsATreeAndTheirCatalogsMadeAnew() {
        persist.run("set", "it.list.b", "12");
        persist.run("set", "it.list.b.c", "3");
        persist.run("set", "it.list.a.x", "4");
        persist.run("set", "it.listz", "5");

        assertThat(persist.run("ls", "it.list")).isZero();
        assertThat(persist.out()).isEqualTo("it.list.a.x\nit.list.b\nit.list.b.c\n");
        assertThat(persist.run("ls", "it.list.b", "--long")).isZero();
        assertThat(persist.out()).isEqualTo("1\t2\t1\t1\tit.list.b\n1\t1\t1\t1\tit.list.b.c\n");
        assertThat(persist.run("ls", "it.list.b", "--json")).isZero();
        assertThat(persist.out()).startsWith(
                "{\"name\":\"it.list.b\",\"messages\":1,\"bytes\":2,\"lastSeq\":1,\"change\":1}\n");
        assertThat(persist.run("tree", "it.list")).isZero();
        assertThat(persist.out()).isEqualTo("1\tit.list.a\n2\tit.list.b\t*\n");
        assertThat(persist.run("tree", "it.list", "--depth", "2", "--json")).isZero();
        assertThat(persist.out()).contains("{\"prefix\":\"it.list.a.x\",\"streams\":1,\"stream\":true}\n");
        assertThat(persist.run("ls", "it.list.none")).isZero();
        assertThat(persist.out()).isEmpty();

        persist.run("flush", "it.list.b");
        assertThat(persist.run("reindex")).isZero();
        assertThat(persist.out().lines().toList().getLast()).startsWith("1024 slots, ").endsWith(" 0 removed");
        assertThat(persist.run("ls", "it.list")).isZero();
        assertThat(persist.out().lines()).hasSize(3);
    }

    @Test
    void allStreamsBelowAPrefixAreExported() {
        persist.run("set", "it.below.a", "1");
        persist.run("set", "it.below.b.c", "2");
        persist.run("set", "it.belowz", "3");
        Path archive = folder.resolve("below");

        assertThat(persist.run("export", archive.toString(), "--prefix", "it.below")).isZero();
        assertThat(persist.out().lines()).containsExactlyInAnyOrder("it.below.a\t1", "it.below.b.c\t1");
        assertThat(archive.resolve("it/below/b/c.jsonl")).exists();
    }

    @Test
    void anArchiveThatMakesNoSenseIsRefusedWithItsLine() throws IOException {
        Path archive = Files.createDirectories(folder.resolve("broken"));
        Path lines = archive.resolve("x.jsonl");
        for (String line : new String[]{"{\"seq\":1}", "nonsense", "{\"seq\":0,\"time\":1}",
                "{\"seq\":1,\"time\":1,\"file\":\"../../etc/passwd\"}"}) {
            Files.writeString(lines, "{\"stream\":\"it.broken\"}\n" + line + "\n");
            assertThat(persist.run("import", archive.toString())).as(line).isEqualTo(1);
            assertThat(persist.err()).contains("x.jsonl, line 2: ");
        }
        Files.writeString(lines, "{}\n");
        assertThat(persist.run("import", archive.toString())).isEqualTo(1);
        assertThat(persist.err()).contains("line 1: it does not name its stream");
    }

    @Test
    void aShellCompletesWordsAndOptions() throws Exception {
        RecordedTerminal completing = new RecordedTerminal();
        assertThat(completing.run("completion", "bash")).isZero();
        Path script = Files.writeString(folder.resolve("completion"), completing.out() + """

                COMP_WORDS=(persist cl) COMP_CWORD=1
                _complete_persist; echo "words: ${COMPREPLY[*]}"
                COMP_WORDS=(persist clear --t) COMP_CWORD=2
                _complete_persist; echo "options: ${COMPREPLY[*]}"
                """);
        Process bash = new ProcessBuilder("bash", script.toString()).redirectErrorStream(true).start();
        assertThat(new String(bash.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8))
                .contains("words: clear", "options: --t");
        assertThat(bash.waitFor()).isZero();
        assertThat(completing.run("completion", "zsh")).isZero();
        assertThat(completing.out()).startsWith("autoload");
        assertThat(completing.run("completion", "tcsh")).isEqualTo(2);
    }

    @Test
    void aJournalIsPrinted() throws IOException {
        persist.run("set", "it.journal", "what is in the journal");
        Path journal;
        try (var journals = Files.list(cluster.config().volume().resolve("journals"))) {
            String owner = owner("it.journal");
            journal = journals.filter(path -> path.getFileName().toString().equals(owner)).findAny().orElseThrow();
        }
        RecordedTerminal printer = new RecordedTerminal();
        assertThat(printer.run("journal", journal.toString())).isZero();
        assertThat(printer.out()).contains("segment 1", "it.journal", "what is in the journal");
        assertThat(printer.run("journal", journal.resolve("none").toString())).isEqualTo(3);
    }

    @Test
    void aDirectoryOrPortInUseIsSaid() {
        assertThatThrownBy(() -> LocalCluster.start(cluster.config(), line -> {})).isInstanceOf(Failure.class)
                .hasMessageContaining("is in use by another cluster");
        int port = URI.create(cluster.url()).getPort();
        ClusterConfig samePort = new ClusterConfig(folder.resolve("other"), "default", 1, null, port, Durability.SYNC,
                "128m");
        assertThatThrownBy(() -> LocalCluster.start(samePort, line -> {})).isInstanceOf(Failure.class)
                .hasMessageContaining("port " + port + " is in use").hasMessageContaining("--nats");
        ClusterConfig sameName = new ClusterConfig(folder.resolve("other"), "default", 1, cluster.url(), 0,
                Durability.SYNC,
                "128m");
        assertThatThrownBy(() -> LocalCluster.start(sameName, line -> {})).isInstanceOf(Failure.class)
                .hasMessageContaining("already served");
    }

    private String owner(String stream) {
        persist.run("info", stream, "--json");
        String out = persist.out();
        int start = out.indexOf("\"owner\":\"") + 9;
        return out.substring(start, out.indexOf('"', start));
    }
}
