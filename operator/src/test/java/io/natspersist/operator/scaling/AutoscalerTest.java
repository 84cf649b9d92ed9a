// SPDX-License-Identifier: Apache-2.0
package io.natspersist.operator.scaling;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.fabric8.kubernetes.api.model.Quantity;
import io.natspersist.operator.crd.AutoscalingSpec;
import io.natspersist.operator.crd.Reason;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** At most 100 open streams, 1,000 messages a second and a core per worker; 2 to 8 workers; 30 s to go up, 300 s to go down. */
class AutoscalerTest {

    private static final AutoscalingSpec SPEC = new AutoscalingSpec(2, 8,
            new AutoscalingSpec.Targets(100L, 1_000L, new Quantity("1")), 30, 300);

    private final Autoscaler autoscaler = new Autoscaler();

    /** What is advised once the load has been the same for ten minutes. */
    @ParameterizedTest(name = "{0} workers with {1} streams, {2} messages/s, {3} cores: {4} {5}")
    @CsvSource(delimiter = '|', textBlock = """
            # now | streams | messages | cpu  | advised | reason
            4     | 400     | 0        | 0    | 4       | AsExpected
            4     | 401     | 0        | 0    | 4       | AsExpected
            4     | 440     | 0        | 0    | 4       | AsExpected
            4     | 441     | 0        | 0    | 5       | ScaledUp
            4     | 360     | 0        | 0    | 4       | AsExpected
            4     | 301     | 0        | 0    | 4       | AsExpected
            4     | 300     | 0        | 0    | 3       | ScaledDown
            4     | 0       | 4500     | 0    | 5       | ScaledUp
            4     | 0       | 0        | 6.5  | 7       | ScaledUp
            4     | 550     | 6100     | 4.9  | 7       | ScaledUp
            4     | 900     | 0        | 0    | 8       | ScaledUp
            8     | 900     | 0        | 0    | 8       | AtMaxReplicas
            8     | 0       | 0        | 0    | 7       | ScaledDown
            3     | 0       | 0        | 0    | 2       | ScaledDown
            2     | 0       | 0        | 0    | 2       | AsExpected
            1     | 0       | 0        | 0    | 2       | ScaledUp
            9     | 9000    | 0        | 0    | 8       | ScaledDown
            0     | 9000    | 0        | 0    | 0       | ScaledToZero
            """)
    void theTargetThatAsksForMostDecidesWithinTheBounds(int now, double streams, double messages, double cpu,
            int advised, String reason) {
        Sample sample = new Sample(now, now, false, load(streams, messages, cpu));
        Advice advice = advise(sample, 0);
        for (int second = 10; second <= 600 && advice.replicas() == now; second += 10) {
            advice = advise(sample, second);
        }

        assertThat(advice.replicas()).isEqualTo(advised);
        assertThat(word(advice.reason())).isEqualTo(reason);
    }

    /** Each line: when, how many workers there are, what is seen, and what is advised; the advice is followed where it says so. */
    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
            a new operator waits before it scales up       | 0 4 800: 4 Stabilizing, 29 4 800: 4 Stabilizing, 31 4 800: 8 ScaledUp
            and before it scales down                      | 0 4 100: 4 Stabilizing, 299 4 100: 4 Stabilizing, 301 4 100: 3 ScaledDown
            a spike scales nothing                         | 0 4 400: 4 AsExpected, 40 4 800: 4 Stabilizing, 60 4 800: 4 Stabilizing, 65 4 400: 4 AsExpected, 80 4 800: 4 Stabilizing
            as many come as were asked for all along       | 0 4 400: 4 AsExpected, 40 4 500: 4 Stabilizing, 60 4 800: 4 Stabilizing, 75 4 800: 5 ScaledUp
            the highest of the last five minutes holds     | 0 4 100: 4 Stabilizing, 200 4 400: 4 AsExpected, 210 4 100: 4 Stabilizing, 509 4 100: 4 Stabilizing, 511 4 100: 3 ScaledDown
            workers go one by one                          | 0 5 0: 5 Stabilizing, 301 5 0: 4 ScaledDown, 302 4 0: 3 ScaledDown, 303 3 0: 2 ScaledDown, 304 2 0: 2 AsExpected
            and none while slots move                      | 0 5 0: 5 Stabilizing, 301 5 0: 4 ScaledDown, 302 4 0 moving: 4 SlotsMoving, 330 4 0 moving: 4 SlotsMoving, 331 4 0: 3 ScaledDown
            more come also while slots move                | 0 4 800: 4 Stabilizing, 31 4 800 moving: 8 ScaledUp
            those who say nothing might be busy            | 0 4 100: 4 Stabilizing, 301 4 100 heard=3: 4 LoadUnknown, 302 4 100: 4 Stabilizing
            but who is heard may ask for more              | 0 4 900 heard=3: 4 Stabilizing, 31 4 900 heard=3: 8 ScaledUp
            a person's number holds for five minutes       | 0 2 150: 2 AsExpected, 400 6 150: 6 Stabilizing, 699 6 150: 6 Stabilizing, 701 6 150: 5 ScaledDown
            and one too small for half a minute            | 0 6 600: 6 AsExpected, 400 3 600: 3 Stabilizing, 429 3 600: 3 Stabilizing, 431 3 600: 6 ScaledUp
            one beyond the bounds for no time              | 0 4 400: 4 AsExpected, 10 20 400: 8 ScaledDown
            none is left at that and then begins anew      | 0 4 400: 4 AsExpected, 400 0 0: 0 ScaledToZero, 800 3 100: 3 Stabilizing, 1099 3 100: 3 Stabilizing, 1101 3 100: 2 ScaledDown
            a clock that goes back begins anew             | 0 4 400: 4 AsExpected, 3600 4 100: 4 Stabilizing, 100 4 100: 4 Stabilizing, 399 4 100: 4 Stabilizing, 401 4 100: 3 ScaledDown
            """)
    void whatItAdvisesDependsOnWhatItHasSeen(String title, String story) {
        for (String line : story.split(",")) {
            List<String> parts = List.of(line.strip().split(":? "));
            Advice advice = advise(sample(parts), Integer.parseInt(parts.get(0)));
            assertThat(advice.replicas() + " " + word(advice.reason())).as(line)
                    .isEqualTo(parts.get(parts.size() - 2) + " " + parts.getLast());
            if (advice.replicas() != Integer.parseInt(parts.get(1))) {
                autoscaler.followed(advice);
            }
        }
    }

    @Test
    void whatItSaysStaysTheSameWhileTheAdviceDoes() {
        String first = advise(new Sample(4, 4, false, load(701, 0, 0)), 0).message();

        assertThat(first).isEqualTo("openStreams asks for 8 workers, and is followed when it has been so for 30 s");
        assertThat(advise(new Sample(4, 4, false, load(799, 0, 0)), 10).message()).isEqualTo(first);
        assertThat(advise(new Sample(4, 4, false, load(701, 0, 0)), 31).message())
                .isEqualTo("from 4 to 8 workers: openStreams asks for 8 workers");
    }

    private static Sample sample(List<String> parts) {
        int now = Integer.parseInt(parts.get(1));
        int heard = parts.stream().filter(part -> part.startsWith("heard="))
                .mapToInt(part -> Integer.parseInt(part.substring(6))).findAny().orElse(now);
        return new Sample(now, heard, parts.contains("moving"), load(Double.parseDouble(parts.get(2)), 0, 0));
    }

    private Advice advise(Sample sample, int second) {
        return autoscaler.advise(SPEC, sample, second * 1_000L);
    }

    private static Map<Measure, Double> load(double streams, double messages, double cpu) {
        return new EnumMap<>(new HashMap<>(
                Map.of(Measure.OPEN_STREAMS, streams, Measure.MESSAGES_PER_SECOND, messages, Measure.CPU, cpu)));
    }

    private static String word(Reason reason) {
        try {
            return Reason.class.getField(reason.name()).getAnnotation(JsonProperty.class).value();
        } catch (NoSuchFieldException e) {
            throw new AssertionError(e);
        }
    }
}
