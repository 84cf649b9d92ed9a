// SPDX-License-Identifier: Apache-2.0
package io.natspersist.worker;

import static org.assertj.core.api.Assertions.assertThat;

import io.natspersist.protocol.table.Incarnation;
import io.natspersist.protocol.table.Numbers;
import io.natspersist.simulation.VirtualTime;
import io.natspersist.worker.disk.Disk;
import io.natspersist.worker.disk.FakeDisk;
import io.natspersist.worker.journal.JournalConfig;
import io.natspersist.worker.journal.JournalWriter;
import io.natspersist.worker.journal.Sealing;
import io.natspersist.worker.journal.VolumeJournals;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class SurveyTest {

    private static final Incarnation DEAD = new Incarnation("a", 1);
    private static final Incarnation LIVING = new Incarnation("b", 2);

    private final VirtualTime time = new VirtualTime(1);
    private final FakeDisk volume = new FakeDisk(1, time::millis);

    @Test
    void itTellsWhichJournalsThereAreAndWhoseOwnersMustHalt() throws IOException {
        begin(DEAD);
        begin(LIVING);
        bury();

        Survey found = Survey.of(new VolumeJournals(volume.mount("c")), () -> null, Numbers.NONE);

        assertThat(found).isEqualTo(new Survey(List.of(DEAD, LIVING), List.of(DEAD),
                new Numbers(0, 0, 2).plus(Survey.MARGIN)));
    }

    @Test
    void aJournalThatIsDeletedMeanwhileIsPassedOver() throws IOException {
        begin(DEAD);
        begin(LIVING);
        bury();
        before("open", "journals/a.1/", () -> Sealing.delete(volume.mount("other"), DEAD));

        Survey found = Survey.of(new VolumeJournals(volume.mount("c")), () -> null, Numbers.NONE);

        assertThat(found.fenced()).isEmpty();
        assertThat(found.journals()).containsExactly(DEAD, LIVING);
    }

    @Test
    void anEmptyVolumeStaysEmpty() throws IOException {
        assertThat(Survey.of(new VolumeJournals(volume.mount("c")), () -> null, Numbers.NONE))
                .isEqualTo(new Survey(List.of(), List.of(), Numbers.NONE));
        assertThat(volume.mount("c").list("journals")).isEmpty();
    }

    @Test
    void whatOneReservesIsAboveItsTableAndNoOtherReservesIt() throws IOException {
        Numbers known = new Numbers(7, 4, 2);
        Numbers first = Survey.of(new VolumeJournals(volume.mount("a")), () -> null, known).reserved();
        volume.loseUnforced();
        Numbers second = Survey.of(new VolumeJournals(volume.mount("b")), () -> null, Numbers.NONE).reserved();

        assertThat(first).isEqualTo(known.plus(Survey.MARGIN));
        assertThat(second).isEqualTo(first.plus(Survey.MARGIN));
    }

    @Test
    void twoThatReserveAtOnceReserveDifferentNumbers() throws IOException {
        List<Numbers> reserved = new ArrayList<>();
        before("createNew", "journals/highest-", () -> reserved.add(
                Survey.of(new VolumeJournals(volume.mount("b")), () -> null, new Numbers(2, 9, 0)).reserved()));

        reserved.add(Survey.of(new VolumeJournals(volume.mount("a")), () -> null, new Numbers(2, 4, 3)).reserved());

        assertThat(reserved).hasSize(2).doesNotHaveDuplicates();
        assertThat(reserved.get(1)).isEqualTo(reserved.get(0).orHigher(reserved.get(1)));
    }

    @Test
    void whoRegistersWhileItLooksKeepsItsLock() throws IOException {
        AtomicReference<@Nullable Incarnation> registered = new AtomicReference<>();
        before("list", "journals", () -> {
            registered.set(LIVING);
            begin(LIVING);
        });

        Survey.of(new VolumeJournals(volume.mount(LIVING)), registered::get, Numbers.NONE);

        assertThat(Sealing.seal(volume.mount("other"), LIVING, false)).isEqualTo(new Sealing.Result.StillLocked());
    }

    private void begin(Incarnation id) {
        VirtualTime.Node node = time.node(id.toString());
        List<Throwable> faults = new ArrayList<>();
        JournalWriter writer = new JournalWriter(volume.mount(id), id, node.loop(), node.executor("journal", 2),
                JournalConfig.DEFAULT.withSpace(1 << 20, 0), faults::add);
        List<Incarnation> opened = new ArrayList<>();
        node.loop().execute(() -> writer.open(() -> opened.add(id)));
        assertThat(time.runUntil(() -> !opened.isEmpty(), 10_000)).as("%s", faults).isTrue();
    }

    private void bury() throws IOException {
        volume.kill(DEAD);
        assertThat(Sealing.seal(volume.mount("other"), DEAD, true)).isEqualTo(new Sealing.Result.Sealed());
    }

    private interface Meanwhile {
        void run() throws IOException;
    }

    /** Once, before the next such operation. */
    private void before(String operation, String path, Meanwhile then) {
        boolean[] done = {false};
        volume.onStep((number, node, what, where) -> {
            if (!done[0] && what.equals(operation) && where.startsWith(path)) {
                done[0] = true;
                then.run();
            }
        });
    }
}
