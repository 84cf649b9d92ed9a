// SPDX-License-Identifier: Apache-2.0
package io.natspersist.cli.doctor;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.natspersist.cli.terminal.ExitCode;
import io.natspersist.cli.terminal.Failure;
import io.natspersist.cli.terminal.FailureReport;
import io.natspersist.cli.terminal.Terminal;
import io.natspersist.protocol.table.Incarnation;
import io.natspersist.worker.doctor.Finding;
import io.natspersist.worker.doctor.Finding.Severity;
import io.natspersist.worker.doctor.VolumeDoctor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "doctor", description = {
        "Examine a volume that no worker uses: every journal, every stream's file, and whether they fit together.",
        "Changes nothing; with --repair it deletes what provably means nothing. Exit code 1 where something is damaged."}, footer = {
                "", "Examples:", "  persist doctor persist-data/volume", "  persist doctor persist-data/volume --json",
                "  persist doctor /mnt/snapshot --slots 4096 --repair"})
public final class DoctorCommand implements Callable<Integer> {

    @Parameters(index = "0", paramLabel = "VOLUME", description = "the folder with journals/ and streams/")
    private Path volume = Path.of("");

    @Option(names = "--slots", description = "of the cluster (${DEFAULT-VALUE})", defaultValue = "1024")
    private int slots = 1_024;

    @Option(names = "--repair", description = "delete what was being made when its maker ended, and nothing else")
    private boolean repair;

    @Option(names = "--json", description = "one JSON object per line; errors too, on standard error")
    private boolean json;

    private final Terminal terminal;
    private int damages;
    private int notes;
    private int repaired;
    private final List<Finding> repairable = new ArrayList<>();

    public DoctorCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        try {
            if (!Files.isDirectory(volume.resolve("journals")) && !Files.isDirectory(volume.resolve("streams"))) {
                throw new Failure(ExitCode.NOT_FOUND,
                        volume + " is no volume: there is neither journals/ nor streams/ in it");
            }
            return examine().number();
        } catch (RuntimeException | IOException e) {
            FailureReport report = FailureReport.of(e, "");
            terminal.err().println(report.line(json));
            return report.exitCode().number();
        } finally {
            terminal.out().flush();
        }
    }

    private ExitCode examine() throws IOException {
        Path work = Files.createTempDirectory("persist-doctor");
        try {
            VolumeDoctor doctor = new VolumeDoctor(volume, slots, work, this::found);
            requireUnused(doctor);
            VolumeDoctor.Summary summary = doctor.examine();
            if (repair) {
                requireUnused(doctor);
                for (Finding finding : repairable) {
                    repair(finding);
                }
            }
            print(summary);
            return damages > 0 ? ExitCode.FAILED : ExitCode.OK;
        } finally {
            Files.deleteIfExists(work);
        }
    }

    private void requireUnused(VolumeDoctor doctor) throws IOException {
        List<Incarnation> inUse = doctor.inUse();
        if (!inUse.isEmpty()) {
            throw new Failure(ExitCode.FAILED, "the volume is in use by " + inUse
                    + ": stop the workers, or examine a snapshot of the whole volume");
        }
    }

    private void found(Finding finding) {
        if (finding.severity() == Severity.DAMAGE) {
            damages++;
        } else {
            notes++;
        }
        if (finding.meaningless() != null) {
            repairable.add(finding);
        }
        String severity = finding.severity().name().toLowerCase(Locale.ROOT);
        line(severity + "\t" + finding.place() + "\t" + finding.what(), object().put("severity", severity)
                .put("place", finding.place()).put("what", finding.what())
                .put("repairable", finding.meaningless() != null));
    }

    private void repair(Finding finding) throws IOException {
        Path file = finding.meaningless();
        if (file != null && Files.deleteIfExists(file)) {
            repaired++;
            line("deleted\t" + finding.place(), object().put("deleted", finding.place()));
        }
    }

    private void print(VolumeDoctor.Summary summary) {
        String looked = count(summary.journals(), "journal") + " with " + count(summary.changes(), "change") + ", "
                + summary.files() + " files of streams: ";
        String wrong = damages == 0 ? "nothing is damaged" : damages + " damaged";
        String other = (notes == 0 ? "" : ", " + notes + " to note") + (repaired == 0
                ? ""
                : ", " + repaired
                        + " deleted")
                + (repair || repairable.isEmpty() ? "" : "; --repair would delete " + repairable.size());
        line(looked + wrong + other, object().put("journals", summary.journals()).put("changes", summary.changes())
                .put("files", summary.files()).put("damaged", damages).put("notes", notes)
                .put("repairable", repairable.size()).put("repaired", repaired));
    }

    private static String count(long number, String what) {
        return "%,d %s".formatted(number, number == 1 ? what : what + "s");
    }

    private void line(String text, ObjectNode fields) {
        terminal.out().println(json ? fields.toString() : text);
    }

    private static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }
}
