// SPDX-License-Identifier: Apache-2.0
package io.natspersist.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.natspersist.protocol.table.Incarnation;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SubjectsTest {

    private final Subjects subjects = Subjects.ofCluster("test");

    @Test
    void aStreamsNameEndsEverySubjectThatConcernsIt() {
        StreamName stream = new StreamName("a.b");
        assertThat(subjects.locate(stream)).isEqualTo("persist.test.locate.a.b");
        assertThat(subjects.operation("w0", "set", stream)).isEqualTo("persist.test.worker.w0.set.a.b");
        assertThat(subjects.changes(stream)).isEqualTo("persist.test.changes.a.b");
    }

    @Test
    void answersGoOnlyOutsideTheClustersAndTheSystemsSubjects() {
        assertThat(subjects.isSafeReply("_INBOX.x")).isTrue();
        assertThat(subjects.isSafeReply("persist.tests.x")).isTrue();
        assertThat(subjects.isSafeReply("persist.test.changes.a")).isFalse();
        assertThat(subjects.isSafeReply("persist.test")).isFalse();
        assertThat(subjects.isSafeReply("$SYS.x")).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"a b", "a.*", "", ".", "a\n"})
    void aClustersNameMustFitIntoSubjects(String cluster) {
        assertThatThrownBy(() -> Subjects.ofCluster(cluster)).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "w", "w.", ".1", "w.0", "w.-1", "w.+1", "w.01", "w.1.2", "w.9223372036854775808",
            "a/b.1",
            "w.١", "w .1"})
    void onlyWorkerDotNumberIsAnIncarnation(String text) {
        assertThatThrownBy(() -> Incarnation.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }
}
